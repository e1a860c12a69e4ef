import type { EventEmitter } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";
import { Code, ConnectError } from "@connectrpc/connect";
import type { NodeRequest, NodeResponse } from "../server/node-handler.js";

/** What a door answers to one HTTP request. */
export interface Answer {
  status: number;
  header: Headers;
  body: Uint8Array;
  /** Sent after the body, where the protocol has trailers. */
  trailer?: Headers;
}

/** The path of a request target, without its query. */
export function pathOf(request: NodeRequest): string {
  const target = request.url ?? "";
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** Node's header fields as interceptors and services read them, without HTTP/2's pseudo-headers. */
export function toHeaders(fields: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name.startsWith(":")) continue;
    headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

/** Aborts, with ConnectError canceled, when the client goes away before it is answered. */
export function clientSignal(response: NodeResponse): AbortSignal {
  const controller = new AbortController();
  const emitter: EventEmitter = response;
  emitter.once("close", () => {
    if (!response.writableEnded) controller.abort(new ConnectError("", Code.Canceled));
  });
  return controller.signal;
}

/**
 * Sends the answer. What the client still sends is thrown away: closing the connection on it would reset
 * it, and the client might never see the answer.
 */
export function send(request: NodeRequest, response: NodeResponse, answer: Answer): void {
  const body: Writable = response;
  response.statusCode = answer.status;
  answer.header.forEach((value, name) => {
    response.setHeader(name, value);
  });
  if (answer.trailer) {
    body.write(answer.body);
    response.addTrailers(Object.fromEntries(answer.trailer));
    body.end();
  } else {
    body.end(answer.body);
  }
  request.resume();
}
