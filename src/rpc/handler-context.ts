import type { DescMethod } from "@bufbuild/protobuf";
import { type ContextValues, createContextValues, type HandlerContext } from "@connectrpc/connect";
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

/** Creates the context values that every call has, whatever its protocol and kind of method. */
export function createCallValues({ caller, protocol }: Pick<CallInfo, "caller" | "protocol">): ContextValues {
  return createContextValues().set(callerKey, caller).set(protocolKey, protocol);
}

/** Creates the handler context of one call, with empty response headers and trailers. */
export function createHandlerContext(
  method: DescMethod,
  call: CallInfo,
  options: { signal?: () => AbortSignal; timeoutMs?: () => number | undefined } = {},
): HandlerContext {
  return {
    method,
    service: method.parent,
    protocolName: call.protocol,
    requestMethod: call.httpMethod ?? "POST",
    url: createMethodUrl("/", method),
    get signal() {
      return (options.signal ?? call.signal)();
    },
    timeoutMs: options.timeoutMs ?? (() => undefined),
    get requestHeader() {
      return call.header();
    },
    responseHeader: new Headers(),
    responseTrailer: new Headers(),
    values: createCallValues(call),
  };
}
