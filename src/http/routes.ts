import { constants } from "node:http2";
import type { Caller } from "../caller.js";
import type { Logger } from "../system/logger.js";
import type { Random } from "../system/random.js";
import type { Tracing } from "../telemetry/tracing.js";
import type { TrustsProxy } from "./client-address.js";
import { createCors } from "./cors.js";
import { namesOneHost, namesUrlHost } from "./host.js";
import {
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  pathOf,
  queryOf,
  type RequestHandler,
  type RpcHandler,
} from "./node-handler.js";
import type { Readiness } from "./readiness.js";
import { requestCaller } from "./request-caller.js";
import { hostInvalid, methodNotAllowed } from "./request-error.js";
import type { Endpoint, Endpoints, Resource, ResourceResponse, Resources } from "./resource.js";
import { traceRequests } from "./trace-requests.js";

interface Deps {
  rpc: RpcHandler;
  rest: RequestHandler;
  /** The service's web pages, and what others discover. */
  resources: Resources;
  /** What is neither a call nor a resource, and only for programs. */
  endpoints: Endpoints;
  /** Origins whose web pages may call all but the endpoints. Absent: none. */
  webOrigins?: readonly string[];
  readiness: Pick<Readiness, "check">;
  trustsProxy: TrustsProxy;
  random: Pick<Random, "uuid">;
  logger: Logger;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
}

/** Paths below it are REST, whatever the content type. */
const REST_PREFIX = "/api/";

/** The endpoints for load balancers and people. */
function createProbes(readiness: Deps["readiness"]): Resources {
  const json = (status: number, body: object) => ({
    status,
    contentType: "application/json",
    body: JSON.stringify(body),
  });
  const ping: Resource = async () => json(200, { message: "pong" });
  return new Map<string, Resource>([
    ["/healthz", async () => json(200, { status: "alive" })],
    [
      "/readyz",
      async () =>
        (await readiness.check()) ? json(200, { status: "ready" }) : json(503, { status: "not ready" }),
    ],
    ["/ping", ping],
    ["/ping/", ping],
  ]);
}

/** Serves a resource to GET and HEAD, and refuses every other HTTP method as REST does. */
function toEndpoint(resource: Resource, rest: RequestHandler): Endpoint {
  return async (request, response, caller) => {
    if (request.method === "GET" || request.method === "HEAD") {
      const query = new URLSearchParams(queryOf(request));
      return respondWith(response, await resource(caller, request.headers, query));
    }
    return rest.refuse(request, response, caller, methodNotAllowed(["GET", "HEAD"]));
  };
}

function respondWith(response: NodeResponse, { status, contentType, headers = {}, body }: ResourceResponse) {
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
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
  const { rpc, rest, logger, tracing } = deps;
  const resources: Resources = new Map([...createProbes(deps.readiness), ...deps.resources]);
  const endpoints: Endpoints = new Map([
    ...Array.from(resources, ([path, resource]) => [path, toEndpoint(resource, rest)] as const),
    ...deps.endpoints,
  ]);
  const cors = createCors({
    origins: deps.webOrigins ?? [],
    isExcluded: (path) => deps.endpoints.has(path),
  });

  async function route(request: NodeRequest, response: NodeResponse): Promise<void> {
    const caller = requestCaller(deps, request);
    setCommonHeaders(response, caller);

    const path = pathOf(request);
    if (cors(request, response, path)) return;
    const endpoint = endpoints.get(path);
    const isRpc = !endpoint && !path.startsWith(REST_PREFIX) && rpc.accepts(request);
    const handler = isRpc ? rpc : rest;
    if (!namesOneHost(request) || (isRpc && !namesUrlHost(request))) {
      return handler.refuse(request, response, caller, hostInvalid());
    }
    return endpoint ? endpoint(request, response, caller) : handler.handle(request, response, caller);
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

  const handler: NodeHandler = (request, response) => {
    route(request, response).catch((error: unknown) => handleFailure(response, error));
  };
  return tracing
    ? traceRequests({ ...deps, tracing, isResource: (path) => endpoints.has(path) }, handler)
    : handler;
}
