import { clientSignal, toHeaders } from "../http/node-body.js";
import { pathOf, type RequestHandler } from "../http/node-handler.js";
import { methodNotAllowed, pathUnknown } from "../http/request-error.js";
import { toConnectError } from "../rpc/interceptors/report-errors.js";
import type { MethodRegistry } from "../rpc/method-registry.js";
import type { StreamingMethodHandler } from "../rpc/streaming-method.js";
import type { MethodHandler } from "../rpc/unary-method.js";
import type { Tracing } from "../telemetry/tracing.js";
import { type Route, successBody, successStatus } from "./envelope.js";
import { type HttpExchange, sendError, sendJson, setFileName } from "./http-exchange.js";
import { pathTemplate, readHttpRules } from "./http-rules.js";
import { toRestJson } from "./rest-json.js";
import { handleStream } from "./rest-stream.js";
import { createRouteTable, type Variables } from "./route-table.js";
import { successResponseFor } from "./success-responses.js";
import { transcode } from "./transcode.js";

/**
 * Serves REST for every method with a `google.api.http` option, and refuses every other path. A request calls the same
 * method that the other protocols call.
 * Throws if a method has no success response, or if two methods claim the same HTTP method and path.
 */
export function createRestHandler(
  { unary, streams }: MethodRegistry,
  tracing?: Pick<Tracing, "currentRequest">,
): RequestHandler {
  const table = createRouteTable([...unary.values(), ...streams.values()].flatMap(routesOf));
  const refuse: RequestHandler["refuse"] = (request, response, caller, error) =>
    sendError({ request, response, caller }, toConnectError(error, caller.language), new Headers());

  return {
    refuse,
    async handle(request, response, caller) {
      const match = table.find(pathOf(request), request.method ?? "");
      if (match?.target) {
        const exchange = { request, response, caller };
        const { handler, ...route } = match.target;
        tracing?.currentRequest()?.set({ "http.route": pathTemplate(route.binding) });
        if ("open" in handler) await handleStream(exchange, handler, route);
        else await handleUnary(exchange, handler, route, match.variables);
        return;
      }
      refuse(request, response, caller, match ? methodNotAllowed(match.allowed) : pathUnknown());
    },
  };
}

type AnyHandler = MethodHandler | StreamingMethodHandler;

function routesOf(
  handler: AnyHandler,
): { binding: Route["binding"]; target: Route & { handler: AnyHandler } }[] {
  const { method } = handler;
  return readHttpRules(method).map((binding) => ({
    binding,
    target: { handler, binding, success: successResponseFor(method) },
  }));
}

async function handleUnary(
  exchange: HttpExchange,
  handler: MethodHandler,
  route: Route,
  variables: Variables,
): Promise<void> {
  const { request, response, caller } = exchange;
  const { binding, success } = route;
  const { input, output } = handler.method;
  const result = await handler.run({
    protocol: "rest",
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    timeoutMs: undefined,
    read: () => transcode(input, binding, variables, request),
    write: (message) => JSON.stringify(successBody(success, toRestJson(output, message), caller)),
  });
  if (result.error) return sendError(exchange, result.error, result.header, route);
  if (success.shape === "envelope" && success.fileName) setFileName(result.header, success.fileName);
  sendJson(exchange, successStatus(success), result.header, result.response);
}
