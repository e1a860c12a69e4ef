import type { DescMethodStreaming, Message } from "@bufbuild/protobuf";
import {
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
} from "@connectrpc/connect";
import {
  createMethodUrl,
  transformInvokeImplementation,
  type UniversalHandler,
} from "@connectrpc/connect/protocol";
import { type Caller, callerKey, type Door, doorKey } from "../caller.js";

/** One request for a streaming method, as its door has taken it apart. */
export interface StreamRequest {
  door: Door;
  caller: Caller;
  header: Headers;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
  /** What the client sends. What iterating throws is what the call fails with. */
  messages: AsyncIterable<Message>;
}

/** A method that streams in one direction or both. */
export interface StreamCall {
  readonly method: DescMethodStreaming;
  /** `/waterbill.identity.v1.WhitelistService/ExportWhitelistEntries` */
  readonly path: string;
  /** Speaks gRPC, gRPC-Web and Connect. */
  readonly handler: UniversalHandler;
  /**
   * Runs the interceptors and the implementation while the answers are taken. Iterating throws a ConnectError that
   * speaks the caller's language. The header is complete with the first answer.
   */
  open(request: StreamRequest): { header: Headers; answers: AsyncIterable<Message> };
}

export type StreamSpec = Exclude<MethodImplSpec, { kind: "unary" }>;

/** The largest message of a stream, in bytes: a thousand entries with long notes. */
export const maxStreamMessageBytes = 1024 * 1024;

export function createStreamCall(
  spec: StreamSpec,
  handler: UniversalHandler,
  interceptors: Interceptor[],
): StreamCall {
  const method: DescMethodStreaming = spec.method;
  const path = createMethodUrl("/", method);
  return {
    method,
    path,
    handler,
    open(request) {
      const context: HandlerContext = {
        method,
        service: method.parent,
        protocolName: request.door,
        requestMethod: "POST",
        url: path,
        signal: request.signal,
        timeoutMs: () => undefined,
        requestHeader: request.header,
        responseHeader: new Headers(),
        responseTrailer: new Headers(),
        values: createContextValues().set(callerKey, request.caller).set(doorKey, request.door),
      };
      const invoke = transformInvokeImplementation(spec, context, interceptors);
      return { header: context.responseHeader, answers: invoke(request.messages) };
    },
  };
}
