import type { DescMethod } from "@bufbuild/protobuf";
import type { ContextKey, ContextValues, HandlerContext } from "@connectrpc/connect";
import { type Caller, callerKey, type ProtocolName, protocolKey } from "../caller.js";
import { createMethodUrl } from "./connect-internals.js";

/** What every protocol knows about a call before its message is read. */
export interface CallInfo {
  protocol: ProtocolName;
  /** The HTTP method of a Connect call, which may be GET; POST when absent. */
  httpMethod?: string | undefined;
  caller: Caller;
  header(): Headers;
  /** Aborts when the client disconnects. */
  signal(): AbortSignal;
}

// Classes, because every call makes one of each: an object literal with methods or getters makes these anew each time,
// at 10 µs a call, and V8 keeps its objects until a full garbage collection.

/** The values that the interceptors of one call leave for each other and for the method. */
class CallValues implements ContextValues {
  readonly #values = new Map<symbol, unknown>();

  get<T>(key: ContextKey<T>): T {
    return this.#values.has(key.id) ? (this.#values.get(key.id) as T) : key.defaultValue;
  }

  set<T>(key: ContextKey<T>, value: T): this {
    this.#values.set(key.id, value);
    return this;
  }

  delete(key: ContextKey<unknown>): this {
    this.#values.delete(key.id);
    return this;
  }
}

/** Creates the context values that every call has, whatever its protocol and kind of method. */
export function createCallValues({ caller, protocol }: Pick<CallInfo, "caller" | "protocol">): ContextValues {
  return new CallValues().set(callerKey, caller).set(protocolKey, protocol);
}

/** How long a call may take, and what ends it. */
interface CallTime {
  signal(): AbortSignal;
  /** Milliseconds until the deadline; undefined without one. */
  remainingMs(): number | undefined;
}

/** The handler context of one call, with empty response headers and trailers. */
export class CallContext implements HandlerContext {
  readonly method: DescMethod;
  readonly service: HandlerContext["service"];
  readonly protocolName: string;
  readonly requestMethod: string;
  readonly url: string;
  readonly timeoutMs: () => number | undefined;
  readonly responseHeader = new Headers();
  readonly responseTrailer = new Headers();
  readonly values: ContextValues;
  readonly #call: CallInfo;
  readonly #time: CallTime;

  /** Without a `time` the call takes as long as its client is connected. */
  constructor(
    method: DescMethod,
    call: CallInfo,
    time: CallTime = { signal: call.signal, remainingMs: () => undefined },
  ) {
    this.method = method;
    this.service = method.parent;
    this.protocolName = call.protocol;
    this.requestMethod = call.httpMethod ?? "POST";
    this.url = methodPath(method);
    this.timeoutMs = time.remainingMs;
    this.values = createCallValues(call);
    this.#call = call;
    this.#time = time;
  }

  get signal(): AbortSignal {
    return this.#time.signal();
  }

  get requestHeader(): Headers {
    return this.#call.header();
  }
}

const paths = new WeakMap<DescMethod, string>();

/** `/waterbill.identity.v1.AuthService/Login` */
export function methodPath(method: DescMethod): string {
  const path = paths.get(method) ?? createMethodUrl("/", method);
  paths.set(method, path);
  return path;
}
