import { create, type DescMessage, type DescMethodUnary, type Message } from "@bufbuild/protobuf";
import {
  ConnectError,
  createContextKey,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type UnaryRequest,
} from "@connectrpc/connect";
import { DomainError } from "../errors.js";
import { LoggableError } from "../system/loggable-error.js";
import { deadlineAfter, deadlineKey, untilAborted } from "./deadline.js";
import { CallContext, type CallInfo, methodPath } from "./handler-context.js";
import { toConnectError } from "./interceptors/report-errors.js";
import { UnreadableFieldsError } from "./json-message.js";

/** One request for a unary method, parsed by its protocol. */
interface MethodRequest<Response> extends CallInfo {
  /** How long the client waits; undefined: no deadline. */
  timeoutMs: number | undefined;
  /** Reads and decodes the message. If it throws, the call fails with that error. */
  read(): Promise<Message>;
  /** Encodes the response message. */
  write(message: Message): Response;
}

/** How a call ended. */
type UnaryResult<Response> = { header: Headers; trailer: Headers } & (
  | { response: Response; error?: undefined }
  | { error: ConnectError }
);

/** A unary method. */
export interface MethodHandler {
  readonly method: DescMethodUnary;
  /** `/waterbill.identity.v1.AuthService/Login` */
  readonly path: string;
  /** Runs the interceptors and the implementation. Rejects on errors that no interceptor mapped. */
  run<Response>(request: MethodRequest<Response>): Promise<UnaryResult<Response>>;
}

export type UnarySpec = MethodImplSpec & { kind: "unary" };

/** Why the call's message could not be read; null if it was. The call will fail, with what could be read of it. */
export const readFailureKey = createContextKey<{ error: unknown } | null>(null, {
  description: "read failure",
});

/** What a call does inside the interceptors, which are the same for all calls of a method. */
interface InnerCall {
  header: Headers;
  trailer: Headers;
  /** Calls the implementation and encodes its response. */
  respond(message: Message): Promise<Message>;
}

const innerCallKey = createContextKey<InnerCall | null>(null, { description: "inner call" });

/**
 * Creates the handler of a unary method, through which every protocol calls the implementation. Connect's own handlers
 * use a chain of stream transforms, at several times the cost. The interceptors are chained once for all calls.
 *
 * A request that can't be read runs the interceptors too, so that it is authenticated, counted towards the rate
 * limits, logged and refused like any other.
 */
export function createMethodHandler(spec: UnarySpec, interceptors: Interceptor[]): MethodHandler {
  const { method } = spec;
  const path = methodPath(method);
  const invoke = interceptors.reduceRight<AnyCall>((next, interceptor) => interceptor(next), respond);

  async function run<Response>(request: MethodRequest<Response>): Promise<UnaryResult<Response>> {
    const deadline = deadlineAfter(request.timeoutMs, request.signal);
    const reading = untilAborted(request.read(), deadline.expiry);
    const { message, failure } = await readMessage(method.input, reading);
    const context = new CallContext(method, request, deadline);
    const { responseHeader: header, responseTrailer: trailer } = context;
    let encoded: { response: Response } | undefined;
    const inner = async (input: Message) => {
      if (failure) throw failure.error;
      const output = create(method.output, await spec.impl(input, context));
      // Inside the interceptors, so that a failure to encode is reported like any other.
      encoded = { response: request.write(output) };
      return output;
    };
    context.values
      .set(deadlineKey, deadline.expiry)
      .set(readFailureKey, failure)
      .set(innerCallKey, { header, trailer, respond: inner });
    try {
      await invoke(new CallRequest(method, context, message));
      return { header, trailer, response: encoded!.response };
    } catch (error) {
      if (error instanceof ConnectError) return { header, trailer, error };
      if (!(error instanceof DomainError)) throw error;
      return { header, trailer, error: toConnectError(error, request.caller.language) };
    } finally {
      deadline.clear();
    }
  }

  return { method, path, run };
}

type AnyCall = Parameters<Interceptor>[0];

/** The request that the interceptors see. Its header and signal are made when they are asked for. */
class CallRequest implements UnaryRequest {
  readonly stream = false;
  readonly method: DescMethodUnary;
  readonly service: UnaryRequest["service"];
  readonly requestMethod: string;
  readonly url: string;
  readonly contextValues: UnaryRequest["contextValues"];
  readonly message: Message;
  readonly #context: HandlerContext;

  constructor(method: DescMethodUnary, context: HandlerContext, message: Message) {
    this.method = method;
    this.service = method.parent;
    this.requestMethod = context.requestMethod;
    this.url = context.url;
    this.contextValues = context.values;
    this.message = message;
    this.#context = context;
  }

  get header(): Headers {
    return this.#context.requestHeader;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}

/** Ends the chain of interceptors. */
const respond: AnyCall = async (request) => {
  const inner = request.contextValues.get(innerCallKey);
  if (request.stream || !inner) throw new LoggableError(`${request.method}: not a call of a unary method`);
  const { service, method } = request;
  const { header, trailer } = inner;
  return { stream: false, service, method, header, trailer, message: await inner.respond(request.message) };
};

/** Reads the message of a call. What can't be read is left out: some fields of a JSON object, or everything. */
async function readMessage(
  schema: DescMessage,
  reading: Promise<Message>,
): Promise<{ message: Message; failure: { error: unknown } | null }> {
  try {
    return { message: await reading, failure: null };
  } catch (error) {
    const message = error instanceof UnreadableFieldsError ? error.readable : create(schema);
    return { message, failure: { error } };
  }
}
