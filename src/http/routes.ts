import { constants } from "node:http2";
import type { Caller } from "../caller.js";
import type { Logger } from "../system/logger.js";
import type { Random } from "../system/random.js";
import type { TrustsProxy } from "./client-address.js";
import { namesOneHost, namesUrlHost } from "./host.js";
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
import { hostInvalid, methodNotAllowed } from "./request-error.js";

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

/** Paths below it are REST, whatever the content type. */
const REST_PREFIX = "/api/";

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

async function respondToProbe(probe: Probe, response: NodeResponse): Promise<void> {
  const { status, body } = await probe();
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

/** Sets the header fields of every response, whatever its path and protocol. */
function setCommonHeaders(response: NodeResponse, caller: Caller): void {
  response.setHeader("x-request-id", caller.requestId);
  // Responses hold tokens or personal data, or are outdated within a second.
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-language", caller.language);
  response.setHeader("vary", "Accept-Language, Origin");
}

/**
 * Routes each request by its path. Paths are not normalized: one with `//`, `..` or `%2e` is a different path.
 * Every response carries `X-Request-Id` and the other fields of `setCommonHeaders`.
 */
export function createRoutes(deps: Deps): NodeHandler {
  const { rpc, rest, logger } = deps;
  const probes = createProbes(deps.readiness);

  async function route(request: NodeRequest, response: NodeResponse): Promise<void> {
    const caller = requestCaller(deps, request);
    setCommonHeaders(response, caller);

    const path = pathOf(request);
    const isRpc = !path.startsWith(REST_PREFIX) && rpc.accepts(request);
    const handler = isRpc ? rpc : rest;
    if (!namesOneHost(request) || (isRpc && !namesUrlHost(request))) {
      return handler.refuse(request, response, caller, hostInvalid());
    }
    const probe = probes.get(path);
    if (!probe) return handler.handle(request, response, caller);
    if (request.method === "GET" || request.method === "HEAD") return respondToProbe(probe, response);
    return rest.refuse(request, response, caller, methodNotAllowed(["GET", "HEAD"]));
  }

  function handleFailure(response: NodeResponse, error: unknown): void {
    const isDisconnected = "stream" in response ? response.stream.destroyed : response.destroyed;
    if (isDisconnected) return;
    const requestId = response.getHeader("x-request-id")?.toString();
    logger.error({ err: error, requestId }, "failed to handle a request");
    if (!response.headersSent) {
      response.statusCode = 500;
      response.end();
    }
    // A truncated response must not look complete.
    else if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else response.destroy();
  }

  return (request, response) => {
    route(request, response).catch((error: unknown) => handleFailure(response, error));
  };
}
