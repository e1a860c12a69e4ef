import { clientSignal, toHeaders } from "../http/node-body.js";
import { pathOf, type RequestHandler } from "../http/node-handler.js";
import { methodNotAllowed, pathUnknown } from "../http/request-error.js";
import { toConnectError } from "../rpc/interceptors/report-errors.js";
import type { MethodRegistry } from "../rpc/method-registry.js";
import type { StreamingMethodHandler } from "../rpc/streaming-method.js";
import type { MethodHandler } from "../rpc/unary-method.js";
import { type Route, successBody, successStatus } from "./envelope.js";
import { type HttpExchange, sendError, sendJson } from "./http-exchange.js";
import { readHttpRules } from "./http-rules.js";
import { toRestJson } from "./rest-json.js";
import { handleStream } from "./rest-stream.js";
import { createRouteTable, type Variables } from "./route-table.js";
import { SUCCESS_RESPONSES } from "./success-responses.js";
import { transcode } from "./transcode.js";

/**
 * Answers REST, for every method with a `google.api.http` option, and refuses every other path. A request
 * becomes a call of the same method that the other protocols call.
 * Throws for a method without an success, and when two methods claim the same verb and path.
 */
export function createRestHandler(calls: MethodRegistry): RequestHandler {
  const table = createRouteTable([...calls.unary.values(), ...calls.streams.values()].flatMap(routesOf));

  return {
    async handle(request, response, caller) {
      const match = table.find(pathOf(request), request.method ?? "");
      if (match?.target) {
        const exchange = { request, response, caller };
        const { call, ...route } = match.target;
        if ("open" in call) await handleStream(exchange, call, route);
        else await handleUnary(exchange, { call, ...route }, match.variables);
        return;
      }
      const error = match ? methodNotAllowed(match.allowed) : pathUnknown();
      sendError({ request, response, caller }, toConnectError(error, caller.language), new Headers());
    },
  };
}

type AnyRoute = Route & { call: MethodHandler | StreamingMethodHandler };

function routesOf(
  call: MethodHandler | StreamingMethodHandler,
): { binding: Route["binding"]; target: AnyRoute }[] {
  return readHttpRules(call.method).map((binding) => {
    const success = SUCCESS_RESPONSES.get(call.method);
    if (!success) throw new Error(`${call.method}: rest/success-responses.ts has no response for it`);
    return { binding, target: { call, binding, success } };
  });
}

interface CallRoute extends Route {
  call: MethodHandler;
}

async function handleUnary(exchange: HttpExchange, route: CallRoute, variables: Variables): Promise<void> {
  const { request, response, caller } = exchange;
  const { call, binding, success } = route;
  const { input, output } = call.method;
  const result = await call.run({
    protocol: "rest",
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    timeoutMs: undefined,
    read: () => transcode(input, binding, variables, request),
    write: (message) => JSON.stringify(successBody(success, toRestJson(output, message), caller)),
  });
  if (result.error) sendError(exchange, result.error, result.header, route);
  else sendJson(exchange, successStatus(success), result.header, result.response);
}
