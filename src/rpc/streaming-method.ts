import type { DescMethodStreaming, Message } from "@bufbuild/protobuf";
import type { Interceptor, MethodImplSpec } from "@connectrpc/connect";
import {
  createMethodUrl,
  transformInvokeImplementation,
  type UniversalHandler,
} from "./connect-internals.js";
import { type CallInfo, createHandlerContext } from "./handler-context.js";

/** One request for a streaming method, as its protocol has taken it apart. */
export interface StreamingRequest extends CallInfo {
  /** What the client sends. What iterating throws is what the call fails with. */
  messages: AsyncIterable<Message>;
}

/** A method that streams in one direction or both. */
export interface StreamingMethodHandler {
  readonly method: DescMethodStreaming;
  /** `/waterbill.identity.v1.WhitelistService/ExportWhitelistEntries` */
  readonly path: string;
  /** Speaks gRPC, gRPC-Web and Connect. */
  readonly handler: UniversalHandler;
  /**
   * Runs the interceptors and the implementation while the answers are taken. Iterating throws a ConnectError that
   * speaks the caller's language. The header is complete with the first answer.
   */
  open(request: StreamingRequest): { header: Headers; responses: AsyncIterable<Message> };
}

export type StreamSpec = Exclude<MethodImplSpec, { kind: "unary" }>;

/** The largest message of a stream, in bytes: a thousand entries with long notes. */
export const MAX_STREAM_MESSAGE_BYTES = 1024 * 1024;

export function createStreamingMethodHandler(
  spec: StreamSpec,
  handler: UniversalHandler,
  interceptors: Interceptor[],
): StreamingMethodHandler {
  const method: DescMethodStreaming = spec.method;
  const path = createMethodUrl("/", method);
  return {
    method,
    path,
    handler,
    open(request) {
      const context = createHandlerContext(method, request);
      const invoke = transformInvokeImplementation(spec, context, interceptors);
      return { header: context.responseHeader, responses: invoke(request.messages) };
    },
  };
}
