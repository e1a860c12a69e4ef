import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import type { Call } from "../rpc/call.js";
import type { Calls } from "../rpc/calls.js";
import { clientSignal, pathOf, send, toHeaders } from "../rpc/node-exchange.js";
import { toConnectError } from "../rpc/report-errors.js";
import { pathUnknown, verbNotAllowed } from "../rpc/request-fault.js";
import type { NodeRequest, NodeResponse, RequestHandler } from "../server/node-handler.js";
import { failureBody, failureStatus, type Route, successBody, successStatus } from "./envelope.js";
import { readHttpRules } from "./http-rules.js";
import { outcomes } from "./outcomes.js";
import { toRestJson } from "./rest-json.js";
import { createRouteTable, type Variables } from "./route-table.js";
import { transcode } from "./transcode.js";

/**
 * Answers REST, for every method with a `google.api.http` option, and refuses every other path. A request
 * becomes a call of the same method that the other doors call.
 * Throws for a method without an outcome, and when two methods claim the same verb and path.
 */
export function createRest(calls: Calls): RequestHandler {
  const table = createRouteTable([...calls.unary.values()].flatMap(routesOf));

  return {
    async handle(request, response, caller) {
      const match = table.find(pathOf(request), request.method ?? "");
      if (match?.target) {
        await answer({ request, response, caller }, match.target, match.variables);
        return;
      }
      const fault = match ? verbNotAllowed(match.allowed) : pathUnknown();
      fail({ request, response, caller }, toConnectError(fault, caller.language), new Headers());
    },
  };
}

function routesOf(call: Call): { binding: Route["binding"]; target: CallRoute }[] {
  return readHttpRules(call.method).map((binding) => {
    const outcome = outcomes.get(call.method);
    if (!outcome) throw new Error(`${call.method}: rest/outcomes.ts has no outcome for it`);
    return { binding, target: { call, binding, outcome } };
  });
}

interface CallRoute extends Route {
  call: Call;
}

interface Exchange {
  request: NodeRequest;
  response: NodeResponse;
  caller: Caller;
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

function fail(exchange: Exchange, error: ConnectError, header: Headers, route?: Route): void {
  error.metadata.forEach((value, name) => {
    header.set(name, value);
  });
  // What is not of the domain is a fault of ours, or the client has gone and reads no answer.
  const cause = error.cause instanceof DomainError ? error.cause : new DomainError("INTERNAL");
  sendJson(
    exchange,
    failureStatus(cause),
    header,
    JSON.stringify(failureBody(cause, exchange.caller, route)),
  );
}

function sendJson({ request, response }: Exchange, status: number, header: Headers, json: string): void {
  const body = Buffer.from(json);
  header.set("content-type", "application/json; charset=utf-8");
  header.set("content-length", String(body.byteLength));
  send(request, response, { status, header, body: request.method === "HEAD" ? Buffer.alloc(0) : body });
}
