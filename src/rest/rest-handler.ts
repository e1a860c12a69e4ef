import { clientSignal, toHeaders } from "../http/node-body.js";
import { pathOf, type RequestHandler } from "../http/node-handler.js";
import { pathUnknown, verbNotAllowed } from "../http/request-error.js";
import { toConnectError } from "../rpc/interceptors/report-errors.js";
import type { Calls } from "../rpc/method-registry.js";
import type { StreamCall } from "../rpc/streaming-method.js";
import type { Call } from "../rpc/unary-method.js";
import { type Route, successBody, successStatus } from "./envelope.js";
import { type Exchange, fail, sendJson } from "./http-exchange.js";
import { readHttpRules } from "./http-rules.js";
import { toRestJson } from "./rest-json.js";
import { answerStream } from "./rest-stream.js";
import { createRouteTable, type Variables } from "./route-table.js";
import { outcomes } from "./success-responses.js";
import { transcode } from "./transcode.js";

/**
 * Answers REST, for every method with a `google.api.http` option, and refuses every other path. A request
 * becomes a call of the same method that the other doors call.
 * Throws for a method without an outcome, and when two methods claim the same verb and path.
 */
export function createRest(calls: Calls): RequestHandler {
  const table = createRouteTable([...calls.unary.values(), ...calls.streams.values()].flatMap(routesOf));

  return {
    async handle(request, response, caller) {
      const match = table.find(pathOf(request), request.method ?? "");
      if (match?.target) {
        const exchange = { request, response, caller };
        const { call, ...route } = match.target;
        if ("open" in call) await answerStream(exchange, call, route);
        else await answer(exchange, { call, ...route }, match.variables);
        return;
      }
      const fault = match ? verbNotAllowed(match.allowed) : pathUnknown();
      fail({ request, response, caller }, toConnectError(fault, caller.language), new Headers());
    },
  };
}

type AnyRoute = Route & { call: Call | StreamCall };

function routesOf(call: Call | StreamCall): { binding: Route["binding"]; target: AnyRoute }[] {
  return readHttpRules(call.method).map((binding) => {
    const outcome = outcomes.get(call.method);
    if (!outcome) throw new Error(`${call.method}: rest/success-responses.ts has no response for it`);
    return { binding, target: { call, binding, outcome } };
  });
}

interface CallRoute extends Route {
  call: Call;
}

async function answer(exchange: Exchange, route: CallRoute, variables: Variables): Promise<void> {
  const { request, response, caller } = exchange;
  const { call, binding, outcome } = route;
  const { input, output } = call.method;
  const result = await call.run({
    door: "rest",
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    timeoutMs: undefined,
    read: () => transcode(input, binding, variables, request),
    write: (message) => JSON.stringify(successBody(outcome, toRestJson(output, message), caller)),
  });
  if (result.error) fail(exchange, result.error, result.header, route);
  else sendJson(exchange, successStatus(outcome), result.header, result.answer);
}
