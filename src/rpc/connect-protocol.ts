import type { Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { clientSignal, sendResponse, toHeaders } from "../http/node-body.js";
import type { NodeRequest, NodeResponse } from "../http/node-handler.js";
import { decompress, readBody } from "../http/read-body.js";
import { bodyUnreadable } from "../http/request-error.js";
import { binaryCodec, jsonCodec, type MessageCodec } from "./codec.js";
import {
  codeToHttpStatus,
  contentTypeUnaryJson,
  contentTypeUnaryProto,
  errorToJsonBytes,
  parseConnectTimeout,
  trailerMux,
} from "./connect-internals.js";
import type { MethodHandler } from "./unary-method.js";

/** A content type of unary Connect calls (https://connectrpc.com/docs/protocol) and its codec. */
export interface ConnectEncoding {
  contentType: string;
  codec: MessageCodec;
}

const CONNECT_ENCODINGS: readonly ConnectEncoding[] = [
  { contentType: contentTypeUnaryJson, codec: jsonCodec },
  { contentType: contentTypeUnaryProto, codec: binaryCodec },
];

/** The encoding of a media type; undefined for any that is not unary Connect. */
export function connectEncoding(mediaType: string): ConnectEncoding | undefined {
  return CONNECT_ENCODINGS.find(({ contentType }) => contentType === mediaType);
}

/** Handles a unary call of the Connect protocol. */
export async function handleConnect(
  handler: MethodHandler,
  request: NodeRequest,
  response: NodeResponse,
  caller: Caller,
  { contentType, codec }: ConnectEncoding,
): Promise<void> {
  const { method } = handler;
  const header = toHeaders(request.headers);
  const timeout = parseConnectTimeout(header.get("connect-timeout-ms"), Number.MAX_SAFE_INTEGER);

  async function read(): Promise<Message> {
    if (timeout.error) throw bodyUnreadable(timeout.error);
    return codec.decode(
      method.input,
      decompress(await readBody(request), request.headers["content-encoding"]),
    );
  }

  const result = await handler.run({
    protocol: "connect",
    caller,
    header,
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
