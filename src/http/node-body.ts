import type { EventEmitter } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { NodeRequest, NodeResponse } from "./node-handler.js";

/** What a protocol answers to one HTTP request. */
export interface HttpResponse {
  status: number;
  header: Headers;
  body: Uint8Array;
  /** Sent after the body, where the protocol has trailers. */
  trailer?: Headers;
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

/** Milliseconds in which the reset of a stream follows what its client has sent together with it. */
const STREAM_RESET_MS = 20;

/**
 * The pieces of a request's body; throws ConnectError canceled when the client went away before its end. Whoever stops
 * taking them leaves the connection open for the answer.
 */
export async function* bodyChunks(request: NodeRequest): AsyncGenerator<Buffer> {
  const canceled = (cause?: unknown) => new ConnectError("", Code.Canceled, undefined, undefined, cause);
  const stream = "stream" in request ? request.stream : null;
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch (error) {
    throw canceled(error);
  }
  // Clients on Node (grpc-js too) end a stream before they cancel it: what looks like the end is none if a reset comes
  // right behind it.
  if (stream) await delay(STREAM_RESET_MS);
  if (stream ? stream.rstCode !== 0 : !(request as IncomingMessage).complete) throw canceled();
}

/** Milliseconds that a client may leave a piece of an answer untaken. */
const WRITE_TIMEOUT_MS = 30_000;

/** Sends status and header of an answer whose body comes piece by piece. */
export function startResponse(response: NodeResponse, status: number, header: Headers): void {
  response.statusCode = status;
  header.forEach((value, name) => {
    response.setHeader(name, value);
  });
}

/** Sends a piece, and resolves when the next may come. Rejects with ConnectError canceled when nobody takes it. */
export async function writeChunk(response: NodeResponse, piece: Uint8Array): Promise<void> {
  const body: Writable = response;
  if (body.write(piece)) return;
  const gone = new ConnectError("", Code.Canceled);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => body.destroy(), WRITE_TIMEOUT_MS);
    const settle = (act: () => void) => () => {
      clearTimeout(timer);
      body.off("drain", onDrain).off("close", onClose);
      act();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(gone));
    body.on("drain", onDrain).on("close", onClose);
    if (body.destroyed) onClose();
  });
}

/**
 * Sends the answer. What the client still sends is thrown away: closing the connection on it would reset
 * it, and the client might never see the answer.
 */
export function sendResponse(
  request: NodeRequest,
  response: NodeResponse,
  { status, header, body: content, trailer }: HttpResponse,
): void {
  const body: Writable = response;
  response.statusCode = status;
  header.forEach((value, name) => {
    response.setHeader(name, value);
  });
  if (trailer) {
    body.write(content);
    response.addTrailers(Object.fromEntries(trailer));
    body.end();
  } else {
    body.end(content);
  }
  request.resume();
}
