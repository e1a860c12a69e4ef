import type { Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { clientSignal, sendResponse, toHeaders } from "../http/node-body.js";
import type { NodeRequest, NodeResponse } from "../http/node-handler.js";
import { decompress, MAX_MESSAGE_BYTES, readBody } from "../http/read-body.js";
import { bodyUnreadable } from "../http/request-error.js";
import { binaryCodec, jsonCodec, type MessageCodec } from "./codec.js";
import { parseGrpcTimeout, setTrailerStatus } from "./connect-internals.js";
import type { MethodHandler } from "./unary-method.js";

/** How a content type of gRPC or gRPC-Web wants to be answered. */
export interface GrpcEncoding {
  protocol: "grpc" | "grpc-web";
  codec: MessageCodec;
  /** The content type, for the answer. */
  contentType: string;
}

/** A flag byte and a length of four bytes stand before each message. */
const FRAME_HEADER_BYTES = 5;

const COMPRESSED_FLAG = 1;

/** Marks gRPC-Web's last frame, which holds the trailers. */
const TRAILER_FLAG = 0x80;

const CODECS = { "": binaryCodec, "+proto": binaryCodec, "+json": jsonCodec };

/** The forms that are served; gRPC-Web's base64 text is not. */
const GRPC_ENCODINGS: readonly GrpcEncoding[] = (["grpc", "grpc-web"] as const).flatMap((protocol) =>
  Object.entries(CODECS).map(([suffix, codec]) => ({
    protocol,
    codec,
    contentType: `application/${protocol}${suffix}`,
  })),
);

/** The gRPC form that a media type asks for; undefined for any other. */
export function grpcEncoding(mediaType: string): GrpcEncoding | undefined {
  return GRPC_ENCODINGS.find(({ contentType }) => contentType === mediaType);
}

/**
 * Answers a unary call of gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) or gRPC-Web
 * (PROTOCOL-WEB.md). Answers are never compressed: they are small, and some hold secrets beside what the caller sent.
 */
export async function handleGrpc(
  call: MethodHandler,
  request: NodeRequest,
  response: NodeResponse,
  caller: Caller,
  form: GrpcEncoding,
): Promise<void> {
  const { method } = call;
  const header = toHeaders(request.headers);
  const timeout = parseGrpcTimeout(header.get("grpc-timeout"), Number.MAX_SAFE_INTEGER);

  async function read(): Promise<Message> {
    if (timeout.error) throw bodyUnreadable(timeout.error);
    const body = await readBody(request, FRAME_HEADER_BYTES + MAX_MESSAGE_BYTES);
    const payload = readFrame(body, header.get("grpc-encoding") ?? undefined);
    return form.codec.decode(method.input, payload);
  }

  const result = await call.run({
    protocol: form.protocol,
    caller,
    header,
    signal: clientSignal(response),
    timeoutMs: timeout.timeoutMs,
    read,
    write: (message) => form.codec.encode(method.output, message),
  });
  const { error, trailer } = result;
  const message = error ? Buffer.alloc(0) : writeFrame(0, result.response);
  sendGrpc(request, response, form, { header: result.header, message, error, trailer });
}

interface GrpcResponse {
  header: Headers;
  /** The framed message; empty when there is an error. */
  message: Uint8Array;
  error: ConnectError | undefined;
  trailer: Headers;
}

/** Sends message and status: in trailers for gRPC, in a last frame of the body for gRPC-Web. */
export function sendGrpc(
  request: NodeRequest,
  response: NodeResponse,
  form: GrpcEncoding,
  { header, message, error, trailer }: GrpcResponse,
): void {
  header.set("content-type", form.contentType);
  header.set("grpc-accept-encoding", "identity,gzip");
  setTrailerStatus(trailer, error);
  if (error) trailer.set("grpc-message", percentEncode(error.rawMessage));
  if (form.protocol === "grpc") {
    sendResponse(request, response, { status: 200, header, body: message, trailer });
    return;
  }
  const lines = Array.from(trailer, ([name, value]) => `${name}: ${value}\r\n`).join("");
  const body = Buffer.concat([message, writeFrame(TRAILER_FLAG, Buffer.from(lines))]);
  sendResponse(request, response, { status: 200, header, body });
}

/**
 * The form of `grpc-message`: UTF-8, with `%` and every byte that isn't printable ASCII percent-encoded. The
 * library encodes more than that, and grpc-js doesn't undo the rest.
 */
export function percentEncode(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent);
}

/** One length-prefixed message. */
export function writeFrame(flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.byteLength);
  frame.writeUInt8(flags, 0);
  frame.writeUInt32BE(payload.byteLength, 1);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * The payload of a body that is exactly one length-prefixed message, compressed with `encoding` if its flag
 * says so. Throws a RequestFault.
 */
export function readFrame(body: Buffer, encoding: string | undefined): Buffer {
  const isWhole =
    body.length >= FRAME_HEADER_BYTES && body.readUInt32BE(1) === body.length - FRAME_HEADER_BYTES;
  if (!isWhole) throw bodyUnreadable();
  const flags = body.readUInt8(0);
  const payload = body.subarray(FRAME_HEADER_BYTES);
  if (flags === 0) return payload;
  if (flags !== COMPRESSED_FLAG || encoding === undefined) throw bodyUnreadable();
  return decompress(payload, encoding);
}
