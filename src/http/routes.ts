import { constants } from "node:http2";
import type { Logger } from "../system/logger.js";
import type { Random } from "../system/random.js";
import type { TrustsProxy } from "./client-address.js";
import {
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  pathOf,
  type RequestHandler,
  type RpcHandler,
} from "./node-handler.js";
import type { Readiness } from "./readiness.js";
import { requestCaller } from "./request-caller.js";

interface Deps {
  rpc: RpcHandler;
  rest: RequestHandler;
  readiness: Pick<Readiness, "check">;
  trustsProxy: TrustsProxy;
  random: Pick<Random, "uuid">;
  logger: Logger;
}

interface ProbeResponse {
  status: number;
  body: object;
}

type Probe = () => Promise<ProbeResponse>;

/** Plain HTTP endpoints for load balancers and people. */
function createProbes(readiness: Deps["readiness"]): ReadonlyMap<string, Probe> {
  const ping: Probe = async () => ({ status: 200, body: { message: "pong" } });
  return new Map<string, Probe>([
    ["/healthz", async () => ({ status: 200, body: { status: "alive" } })],
    [
      "/readyz",
      async () =>
        (await readiness.check())
          ? { status: 200, body: { status: "ready" } }
          : { status: 503, body: { status: "not ready" } },
    ],
    ["/ping", ping],
    ["/ping/", ping],
  ]);
}

function endWithStatus(response: NodeResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

async function handleProbe(probe: Probe, request: NodeRequest, response: NodeResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    endWithStatus(response, 405);
    return;
  }
  const { status, body } = await probe();
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

/** Whether the request names a host that makes a valid URL, which the Connect library requires. */
function hasHost(request: NodeRequest): boolean {
  const host = "authority" in request ? request.authority : request.headers.host;
  return host !== undefined && URL.canParse(`http://${host}`);
}

/**
 * Routes each request by its path. Paths are not normalized: one with `//`, `..` or `%2e` is a different path.
 * Every response carries `X-Request-Id`.
 */
export function createRoutes(deps: Deps): NodeHandler {
  const { rpc, rest, logger } = deps;
  const probes = createProbes(deps.readiness);

  async function route(request: NodeRequest, response: NodeResponse): Promise<void> {
    const caller = requestCaller(deps, request);
    response.setHeader("x-request-id", caller.requestId);
    // Responses hold tokens or personal data, or are outdated within a second.
    response.setHeader("cache-control", "no-store");

    const path = pathOf(request);
    const probe = probes.get(path);
    if (probe) return handleProbe(probe, request, response);
    if (!rpc.serves(path)) return rest.handle(request, response, caller);
    if (hasHost(request)) return rpc.handle(request, response, caller);
    endWithStatus(response, 400);
  }

  function handleFailure(response: NodeResponse, error: unknown): void {
    const isDisconnected = "stream" in response ? response.stream.destroyed : response.destroyed;
    if (isDisconnected) return;
    const requestId = response.getHeader("x-request-id")?.toString();
    logger.error({ err: error, requestId }, "failed to handle a request");
    if (!response.headersSent) endWithStatus(response, 500);
    // A truncated response must not look complete.
    else if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else response.destroy();
  }

  return (request, response) => {
    route(request, response).catch((error: unknown) => handleFailure(response, error));
  };
}
