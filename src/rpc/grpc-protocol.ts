import type { Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { clientSignal, sendResponse, toHeaders } from "../http/node-body.js";
import type { NodeRequest, NodeResponse } from "../http/node-handler.js";
import { decompress, MAX_MESSAGE_BYTES, readBody } from "../http/read-body.js";
import {
  bodyTooLarge,
  bodyUnreadable,
  compressionContradicted,
  compressionUnsupported,
  notOneMessage,
} from "../http/request-error.js";
import { binaryCodec, jsonCodec, type MessageCodec } from "./codec.js";
import { parseGrpcTimeout, setTrailerStatus } from "./connect-internals.js";
import { decodeText, encodeText } from "./grpc-web-text.js";
import type { MethodHandler } from "./unary-method.js";

/** A content type of gRPC or gRPC-Web, with its protocol and codec. */
export interface GrpcEncoding {
  protocol: "grpc" | "grpc-web";
  codec: MessageCodec;
  /** The content type of requests and responses. */
  contentType: string;
  /** Whether bodies are in gRPC-Web's text encoding, the default of Google's client. */
  isText: boolean;
}

/** Each message is preceded by a flag byte and a four-byte length. */
const FRAME_HEADER_BYTES = 5;

const COMPRESSED_FLAG = 1;

/** Values of `grpc-encoding`. */
const ENCODINGS = ["identity", "gzip"];

/** Marks gRPC-Web's last frame, which holds the trailers. */
const TRAILER_FLAG = 0x80;

/** Maximum size of a request body: one frame. */
const MAX_BODY_BYTES = FRAME_HEADER_BYTES + MAX_MESSAGE_BYTES;

const CODECS = { "": binaryCodec, "+proto": binaryCodec, "+json": jsonCodec };

const GRPC_TYPES = [
  { protocol: "grpc", mediaType: "application/grpc", isText: false },
  { protocol: "grpc-web", mediaType: "application/grpc-web", isText: false },
  { protocol: "grpc-web", mediaType: "application/grpc-web-text", isText: true },
] as const;

const GRPC_ENCODINGS: ReadonlyMap<string, GrpcEncoding> = new Map(
  GRPC_TYPES.flatMap(({ protocol, mediaType, isText }) =>
    Object.entries(CODECS).map(([suffix, codec]): [string, GrpcEncoding] => {
      const contentType = mediaType + suffix;
      return [contentType, { protocol, codec, contentType, isText }];
    }),
  ),
);

/** The encoding of a media type; undefined for any that is not gRPC or gRPC-Web. */
export function grpcEncoding(mediaType: string): GrpcEncoding | undefined {
  return GRPC_ENCODINGS.get(mediaType);
}

/**
 * Handles a unary call of gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) or gRPC-Web
 * (PROTOCOL-WEB.md). Responses are never compressed: they are small, and some hold secrets next to caller input.
 */
export async function handleGrpc(
  handler: MethodHandler,
  request: NodeRequest,
  response: NodeResponse,
  caller: Caller,
  encoding: GrpcEncoding,
): Promise<void> {
  const { method } = handler;
  const { "grpc-timeout": sentTimeout, "grpc-encoding": compression } = request.headers;
  const timeout = parseGrpcTimeout(sentTimeout?.toString() ?? null, Number.MAX_SAFE_INTEGER);

  async function read(): Promise<Message> {
    if (timeout.error) throw bodyUnreadable(timeout.error);
    const body = encoding.isText ? await readText(request) : await readBody(request, MAX_BODY_BYTES);
    const payload = readFrame(body, compression?.toString());
    return encoding.codec.decode(method.input, payload);
  }

  const result = await handler.run({
    protocol: encoding.protocol,
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    timeoutMs: timeout.timeoutMs,
    read,
    write: (message) => encoding.codec.encode(method.output, message),
  });
  const { error, trailer } = result;
  const message = error ? Buffer.alloc(0) : writeFrame(0, result.response);
  sendGrpc(request, response, encoding, { header: result.header, message, error, trailer });
}

/** Reads a body in the text encoding, which takes four bytes for three, and more where it is padded. */
async function readText(request: NodeRequest): Promise<Buffer> {
  const text = await readBody(request, 2 * MAX_BODY_BYTES);
  const body = decodeText(text.toString("latin1"));
  if (body.length > MAX_BODY_BYTES) throw bodyTooLarge();
  return body;
}

interface GrpcResponse {
  header: Headers;
  /** The framed message; empty if there is an error. */
  message: Uint8Array;
  error: ConnectError | undefined;
  trailer: Headers;
}

/** Sends a message and its status. The status goes into trailers for gRPC, into a last body frame for gRPC-Web. */
export function sendGrpc(
  request: NodeRequest,
  response: NodeResponse,
  encoding: GrpcEncoding,
  { header, message, error, trailer }: GrpcResponse,
): void {
  header.set("content-type", encoding.contentType);
  header.set("grpc-accept-encoding", ENCODINGS.join(","));
  setTrailerStatus(trailer, error);
  if (error) trailer.set("grpc-message", percentEncode(error.rawMessage));
  if (encoding.protocol === "grpc") {
    sendResponse(request, response, { status: 200, header, body: message, trailer });
    return;
  }
  const lines = Array.from(trailer, ([name, value]) => `${name}: ${value}\r\n`).join("");
  const frames = Buffer.concat([message, writeFrame(TRAILER_FLAG, Buffer.from(lines))]);
  const body = encoding.isText ? encodeText(frames) : frames;
  sendResponse(request, response, { status: 200, header, body });
}

/**
 * Encodes `grpc-message`: UTF-8, with `%` and every byte that isn't printable ASCII percent-encoded. The Connect
 * library encodes more characters, which grpc-js doesn't decode.
 */
export function percentEncode(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent);
}

/** Writes one length-prefixed message. */
export function writeFrame(flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.byteLength);
  frame.writeUInt8(flags, 0);
  frame.writeUInt32BE(payload.byteLength, 1);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * Reads the payload of a body that is exactly one length-prefixed message, decompressed with `encoding` if its flag is
 * set. Throws a RequestError, whose code is the one that the gRPC specification and its conformance suite ask for:
 * unimplemented for any other number of messages and an unknown encoding, internal for a flag that contradicts the
 * encoding.
 */
export function readFrame(body: Buffer, encoding = "identity"): Buffer {
  if (!ENCODINGS.includes(encoding)) throw compressionUnsupported();
  if (body.length === 0) throw notOneMessage();
  if (body.length < FRAME_HEADER_BYTES) throw bodyUnreadable();
  const end = FRAME_HEADER_BYTES + body.readUInt32BE(1);
  if (end > body.length) throw bodyUnreadable();
  if (end < body.length) throw notOneMessage();
  const flags = body.readUInt8(0);
  const payload = body.subarray(FRAME_HEADER_BYTES);
  if (flags === 0) return payload;
  if (flags !== COMPRESSED_FLAG) throw bodyUnreadable();
  if (encoding === "identity") throw compressionContradicted();
  return decompress(payload, encoding);
}
