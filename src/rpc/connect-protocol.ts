import type { Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import type { ContentType } from "../http/content-type.js";
import { clientSignal, sendResponse, toHeaders } from "../http/node-body.js";
import { type NodeRequest, type NodeResponse, pathOf, queryOf } from "../http/node-handler.js";
import { decompress, readBody } from "../http/read-body.js";
import { bodyUnreadable } from "../http/request-error.js";
import { binaryCodec, jsonCodec, type MessageCodec } from "./codec.js";
import {
  codeToHttpStatus,
  contentTypeStreamJson,
  contentTypeStreamProto,
  contentTypeUnaryJson,
  contentTypeUnaryProto,
  errorToJsonBytes,
  parseConnectTimeout,
  trailerMux,
} from "./connect-internals.js";
import type { MethodHandler } from "./unary-method.js";

/** The message of a unary Connect call (https://connectrpc.com/docs/protocol). */
export interface ConnectMessage {
  /** The content type of the message and of the response. */
  contentType: string;
  codec: MessageCodec;
  /** Reads the encoded message, decompressed. Throws a RequestError. */
  readBytes(): Promise<Uint8Array>;
}

const CODECS: ReadonlyMap<string, MessageCodec> = new Map([
  [contentTypeUnaryJson, jsonCodec],
  [contentTypeUnaryProto, binaryCodec],
]);

const STREAM_TYPES: readonly string[] = [contentTypeStreamJson, contentTypeStreamProto];

/** A method's path: `/package.Service/Method`. */
const METHOD_PATH = /^\/(?:\w+\.)+\w+\/\w+$/;

/** Whether a stream of the Connect protocol has this content type. */
export function isConnectStream({ mediaType, isUtf8 }: ContentType): boolean {
  return isUtf8 && STREAM_TYPES.includes(mediaType);
}

/** Whether a request on an unknown path is that of a Connect client. JSON alone shows it only on a method's path. */
export function isConnect(request: NodeRequest, { mediaType }: ContentType): boolean {
  if (request.method === "GET") return new URLSearchParams(queryOf(request)).get("connect") === "v1";
  if (request.method !== "POST") return false;
  if (mediaType === contentTypeUnaryJson && METHOD_PATH.test(pathOf(request))) return true;
  const isConnectType = mediaType === contentTypeUnaryProto || STREAM_TYPES.includes(mediaType);
  return isConnectType || "connect-protocol-version" in request.headers;
}

/** The message in the body of a POST; undefined for a media type that is not unary Connect. */
export function bodyMessage(
  request: NodeRequest,
  { mediaType, isUtf8 }: ContentType,
): ConnectMessage | undefined {
  const codec = isUtf8 ? CODECS.get(mediaType) : undefined;
  const readBytes = async () => decompress(await readBody(request), request.headers["content-encoding"]);
  return codec && { contentType: mediaType, codec, readBytes };
}

/** The message in the query of a GET; undefined for an unsupported `encoding`. */
export function queryMessage(request: NodeRequest): ConnectMessage | undefined {
  const query = new URLSearchParams(queryOf(request));
  const contentType = `application/${query.get("encoding")}`;
  const codec = CODECS.get(contentType);
  return codec && { contentType, codec, readBytes: async () => readQueryBytes(query) };
}

function readQueryBytes(query: URLSearchParams): Uint8Array {
  const message = query.get("message");
  if (message === null || (query.get("connect") ?? "v1") !== "v1") throw bodyUnreadable();
  const bytes = query.get("base64") === "1" ? decodeBase64(message) : Buffer.from(message);
  return decompress(bytes, query.get("compression") ?? undefined);
}

/** Decodes URL-safe base64, with or without padding. Throws a RequestError. */
function decodeBase64(text: string): Buffer {
  if (!/^(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?$/.test(text)) throw bodyUnreadable();
  return Buffer.from(text, "base64url");
}

/** Handles a unary call of the Connect protocol. */
export async function handleConnect(
  handler: MethodHandler,
  request: NodeRequest,
  response: NodeResponse,
  caller: Caller,
  { contentType, codec, readBytes }: ConnectMessage,
): Promise<void> {
  const { method } = handler;
  const sentTimeout = request.headers["connect-timeout-ms"]?.toString() ?? null;
  const timeout = parseConnectTimeout(sentTimeout, Number.MAX_SAFE_INTEGER);

  async function read(): Promise<Message> {
    if (timeout.error) throw bodyUnreadable(timeout.error);
    return codec.decode(method.input, await readBytes());
  }

  const result = await handler.run({
    protocol: "connect",
    httpMethod: request.method,
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    timeoutMs: timeout.timeoutMs,
    read,
    write: (message) => codec.encode(method.output, message),
  });
  const responseHeader = trailerMux(result.header, result.trailer);
  if (result.error) {
    sendConnectError(request, response, result.error, responseHeader, codeToHttpStatus(result.error.code));
    return;
  }
  responseHeader.set("content-type", contentType);
  responseHeader.set("content-length", String(result.response.byteLength));
  sendResponse(request, response, { status: 200, header: responseHeader, body: result.response });
}

/** Sends a Connect error, which is JSON whatever the encoding of the call. */
export function sendConnectError(
  request: NodeRequest,
  response: NodeResponse,
  error: ConnectError,
  header: Headers,
  status: number,
): void {
  error.metadata.forEach((value, name) => {
    header.set(name, value);
  });
  const body = errorToJsonBytes(error, undefined);
  header.set("content-type", contentTypeUnaryJson);
  header.set("content-length", String(body.byteLength));
  sendResponse(request, response, { status, header, body });
}
