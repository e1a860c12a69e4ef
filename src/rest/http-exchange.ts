import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { sendResponse } from "../http/node-body.js";
import type { NodeRequest, NodeResponse } from "../http/node-handler.js";
import { errorBody, errorStatus, type Route } from "./envelope.js";

/** One request of a known caller, and where its answer goes. */
export interface HttpExchange {
  request: NodeRequest;
  response: NodeResponse;
  caller: Caller;
}

/** Answers a failure in the envelope, with the headers that it asks for. */
export function sendError(exchange: HttpExchange, error: ConnectError, header: Headers, route?: Route): void {
  error.metadata.forEach((value, name) => {
    header.set(name, value);
  });
  // What is not of the domain is a fault of ours, or the client has gone and reads no answer.
  const cause = error.cause instanceof DomainError ? error.cause : new DomainError("INTERNAL");
  sendJson(exchange, errorStatus(cause), header, JSON.stringify(errorBody(cause, exchange.caller, route)));
}

export function sendJson(
  { request, response }: HttpExchange,
  status: number,
  header: Headers,
  json: string,
): void {
  const body = Buffer.from(json);
  header.set("content-type", "application/json; charset=utf-8");
  header.set("content-length", String(body.byteLength));
  sendResponse(request, response, {
    status,
    header,
    body: request.method === "HEAD" ? Buffer.alloc(0) : body,
  });
}
