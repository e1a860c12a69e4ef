import type { Interceptor } from "@connectrpc/connect";
import { protocolKey } from "../../caller.js";
import { RPC_SYSTEMS, statusCode } from "../../telemetry/rpc-conventions.js";
import type { RequestSpan, Tracing } from "../../telemetry/tracing.js";
import { watchEnd } from "../stream-messages.js";
import { outcomeOf } from "./log-calls.js";

/** Statuses that are a fault of the service, as the semantic conventions of gRPC have them. */
const FAULTS: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/** Gives the span of a request the name of the method that it calls, and how the call ended. */
export function traceCalls({ currentRequest }: Pick<Tracing, "currentRequest">): Interceptor {
  return (next) => async (request) => {
    const span = currentRequest();
    if (!span) return next(request);
    const method = `${request.service.typeName}/${request.method.name}`;
    span.rename(method);
    span.set({
      "rpc.system.name": RPC_SYSTEMS[request.contextValues.get(protocolKey)],
      "rpc.method": method,
    });
    const report = (error?: unknown) => setOutcome(span, error);
    try {
      const response = await next(request);
      if (response.stream) return { ...response, message: watchEnd(response.message, report) };
      report();
      return response;
    } catch (error) {
      report(error);
      throw error;
    }
  };
}

function setOutcome(span: RequestSpan, error: unknown): void {
  const { status, reason } = outcomeOf(error);
  const code = statusCode(status);
  span.set({
    "rpc.response.status_code": code,
    ...(error !== undefined && { "error.type": reason ?? code }),
  });
  if (FAULTS.has(code)) span.fail();
}
