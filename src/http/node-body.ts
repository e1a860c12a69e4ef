import type { EventEmitter } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { NodeRequest, NodeResponse } from "./node-handler.js";

/** The response of a protocol to one HTTP request. */
export interface HttpResponse {
  status: number;
  header: Headers;
  body: Uint8Array;
  /** Sent after the body, for protocols with trailers. */
  trailer?: Headers;
}

/**
 * Converts Node's header fields for interceptors and services, without HTTP/2 pseudo-headers; when they are first asked
 * for, because few calls need more than one field.
 */
export function toHeaders(fields: IncomingHttpHeaders): () => Headers {
  let headers: Headers | undefined;
  return () => {
    headers ??= copyFields(fields);
    return headers;
  };
}

function copyFields(fields: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name.startsWith(":")) continue;
    headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

/**
 * Returns the signal of a call: aborts with ConnectError canceled if the client disconnects before the response has ended.
 * It is made when it is first asked for, because few calls watch it.
 */
export function clientSignal(response: NodeResponse): () => AbortSignal {
  let signal: AbortSignal | undefined;
  return () => {
    signal ??= watchClient(response);
    return signal;
  };
}

function watchClient(response: NodeResponse): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!response.writableEnded) controller.abort(new ConnectError("", Code.Canceled));
  };
  const emitter: EventEmitter = response;
  if ((response as Writable).closed) abort();
  else emitter.once("close", abort);
  return controller.signal;
}

/** Time (ms) within which a stream reset arrives that the client sent together with its last data. */
const STREAM_RESET_MS = 20;

/**
 * Yields the chunks of a request body. Throws ConnectError canceled if the client disconnects before the end.
 * A consumer that stops early leaves the connection open for the response; the rest of the body is discarded.
 */
export async function* bodyChunks(request: NodeRequest): AsyncGenerator<Buffer> {
  const canceled = (cause?: unknown) => new ConnectError("", Code.Canceled, undefined, undefined, cause);
  const stream = "stream" in request ? request.stream : null;
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch (error) {
    throw canceled(error);
  } finally {
    // Unread data would keep an HTTP/2 stream open: its client can't send beyond the flow-control window.
    request.resume();
  }
  // Clients on Node (grpc-js included) end a stream before they cancel it: an end that a reset follows at once is a
  // cancellation.
  if (stream) await delay(STREAM_RESET_MS);
  if (stream ? stream.rstCode !== 0 : !(request as IncomingMessage).complete) throw canceled();
}

/** Write timeout (ms) for one response chunk. */
const WRITE_TIMEOUT_MS = 30_000;

/** Sets the status and header of a response whose body is written in chunks. */
export function startResponse(response: NodeResponse, status: number, header: Headers): void {
  response.statusCode = status;
  header.forEach((value, name) => {
    response.setHeader(name, value);
  });
}

/**
 * Writes a chunk and resolves when the next may follow. Rejects with ConnectError canceled if the client disconnects or
 * doesn't read for WRITE_TIMEOUT_MS.
 */
export async function writeChunk(response: NodeResponse, chunk: Uint8Array): Promise<void> {
  const body: Writable = response;
  if (body.write(chunk)) return;
  const canceled = new ConnectError("", Code.Canceled);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => body.destroy(), WRITE_TIMEOUT_MS);
    const settle = (action: () => void) => () => {
      clearTimeout(timer);
      body.off("drain", onDrain).off("close", onClose);
      action();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(canceled));
    body.on("drain", onDrain).on("close", onClose);
    if (body.destroyed) onClose();
  });
}

/**
 * Sends a response, and discards what the client is still sending. Over HTTP/1.1 the response ends only after that:
 * Node may close the connection then, which with unread data would reset it, and the client might never see the
 * response.
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
  } else if ("stream" in request || request.complete) {
    body.end(content);
  } else {
    (response as ServerResponse).flushHeaders();
    body.write(content);
    request.once("close", () => body.end());
  }
  request.resume();
}
