import type { DescMethodStreaming, Message } from "@bufbuild/protobuf";
import type { Interceptor, MethodImplSpec } from "@connectrpc/connect";
import { transformInvokeImplementation, type UniversalHandler } from "./connect-internals.js";
import { CallContext, type CallInfo, methodPath } from "./handler-context.js";

/** One request for a streaming method, parsed by its protocol. */
interface StreamingRequest extends CallInfo {
  /** The client's messages. If iterating throws, the call fails with that error. */
  messages: AsyncIterable<Message>;
}

/** A method that streams in one direction or both. */
export interface StreamingMethodHandler {
  readonly method: DescMethodStreaming;
  /** `/waterbill.identity.v1.WhitelistService/ExportWhitelistEntries` */
  readonly path: string;
  /** Serves gRPC, gRPC-Web and Connect. */
  readonly handler: UniversalHandler;
  /**
   * Runs the interceptors and the implementation as the responses are consumed. Iterating throws a ConnectError in the
   * caller's language. The header is complete with the first response.
   */
  open(request: StreamingRequest): { header: Headers; responses: AsyncIterable<Message> };
}

export type StreamSpec = Exclude<MethodImplSpec, { kind: "unary" }>;

/** Maximum size of a stream's message, in bytes: enough for a thousand entries with long notes. */
export const MAX_STREAM_MESSAGE_BYTES = 1024 * 1024;

export function createStreamingMethodHandler(
  spec: StreamSpec,
  handler: UniversalHandler,
  interceptors: Interceptor[],
): StreamingMethodHandler {
  const method: DescMethodStreaming = spec.method;
  const path = methodPath(method);
  return {
    method,
    path,
    handler,
    open(request) {
      const context = new CallContext(method, request);
      const invoke = transformInvokeImplementation(spec, context, interceptors);
      return { header: context.responseHeader, responses: invoke(request.messages) };
    },
  };
}
