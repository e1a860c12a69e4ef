import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { callerKey, principalKey, protocolKey, servicePrincipalKey } from "../../caller.js";
import { DomainError, ERROR_TABLE, type Reason } from "../../errors.js";
import { millisecondsSince } from "../../system/clock.js";
import type { Logger } from "../../system/logger.js";
import type { Metrics } from "../../telemetry/metrics.js";
import { codeToString } from "../connect-internals.js";
import { watchEnd } from "../stream-messages.js";

export interface LogCallsDeps {
  logger: Logger;
  metrics: Pick<Metrics, "callEnded">;
}

/**
 * Counts a call, and logs one line, when a call ends (for a stream, after its last response): method, caller, status and duration in
 * milliseconds. Never logs message contents. Logs server errors at level error with their cause, and all other calls
 * at level info.
 */
export function logCalls({ logger, metrics }: LogCallsDeps): Interceptor {
  return (next) => async (request) => {
    const start = performance.now();
    const report = (error?: unknown) => {
      const { status, reason, err } = outcomeOf(error);
      const { address, requestId } = request.contextValues.get(callerKey);
      const ms = millisecondsSince(start);
      const call = {
        method: `${request.service.typeName}/${request.method.name}`,
        protocol: request.contextValues.get(protocolKey),
        status,
        reason,
      };
      metrics.callEnded({ ...call, seconds: ms / 1000 });
      const line = {
        ...call,
        ms,
        requestId,
        address,
        userId: request.contextValues.get(principalKey)?.user.id,
        service: request.contextValues.get(servicePrincipalKey)?.name,
      };
      if (err === undefined) logger.info(line, "call");
      else logger.error({ ...line, err }, "call");
    };
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

interface Outcome {
  status: string;
  reason: Reason | undefined;
  /** What our own fault came from. */
  err?: unknown;
}

function outcomeOf(error: unknown): Outcome {
  if (error === undefined) return { status: "ok", reason: undefined };
  const { code, cause } = ConnectError.from(error, Code.Internal);
  const status = codeToString(code);
  const reason = cause instanceof DomainError ? cause.reason : undefined;
  if (!isServerError(code, reason)) return { status, reason };
  return { status, reason: reason ?? "INTERNAL", err: cause ?? error };
}

function isServerError(code: Code, reason: Reason | undefined): boolean {
  return reason ? ERROR_TABLE[reason].status >= 500 : code === Code.Internal;
}
