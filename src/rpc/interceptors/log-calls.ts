import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import { callerKey, principalKey, protocolKey, servicePrincipalKey } from "../../caller.js";
import { DomainError, ERROR_TABLE, type Reason } from "../../errors.js";
import { millisecondsSince } from "../../system/clock.js";
import type { Logger } from "../../system/logger.js";
import type { Metrics } from "../../telemetry/metrics.js";
import { codeToString } from "../connect-internals.js";
import { watchEnd } from "../stream-messages.js";
import { securityEvent } from "./security-event.js";

export interface LogCallsDeps {
  logger: Logger;
  metrics: Pick<Metrics, "callEnded">;
  /** Normalizes a phone number; null when `text` is not one. */
  phoneKey(text: string): string | null;
}

/**
 * Counts a call, and logs one line, when it ends (for a stream, after its last response): method, caller, status and duration in
 * milliseconds. A call that matters for security also has the name of its `event`, and the number that its request is
 * about, which the logger masks. Logs nothing else of messages. Logs server errors at level error with their cause, and
 * all other calls at level info.
 */
export function logCalls({ logger, metrics, phoneKey }: LogCallsDeps): Interceptor {
  return (next) => async (request) => {
    const start = performance.now();
    const report = (isServed: boolean, error?: unknown) => {
      const { status, reason, cause, err } = outcomeOf(error);
      const event = securityEvent(request.method, { cause, isServed });
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
        event,
        ...call,
        ms,
        requestId,
        address,
        userId: request.contextValues.get(principalKey)?.user.id,
        service: request.contextValues.get(servicePrincipalKey)?.name,
        phone: (event && phoneKey(phoneOf(request))) || undefined,
      };
      if (err === undefined) logger.info(line, "call");
      else logger.error({ ...line, err }, "call");
    };
    try {
      const response = await next(request);
      const reportServed = (error?: unknown) => report(true, error);
      if (response.stream) return { ...response, message: watchEnd(response.message, reportServed) };
      reportServed();
      return response;
    } catch (error) {
      report(false, error);
      throw error;
    }
  };
}

/** The number that a request is about; empty if it names none. What is no number may be anything, a password too. */
function phoneOf(request: UnaryRequest | StreamRequest): string {
  const { phone } = (request.stream ? {} : request.message) as { phone?: unknown };
  return typeof phone === "string" ? phone : "";
}

interface Outcome {
  status: string;
  reason: Reason | undefined;
  cause?: unknown;
  /** What our own fault came from. */
  err?: unknown;
}

/** How a call ended. */
export function outcomeOf(error: unknown): Outcome {
  if (error === undefined) return { status: "ok", reason: undefined };
  const { code, cause } = ConnectError.from(error, Code.Internal);
  const status = codeToString(code);
  const reason = cause instanceof DomainError ? cause.reason : undefined;
  if (!isServerError(code, reason)) return { status, reason, cause };
  return { status, reason: reason ?? "INTERNAL", cause, err: cause ?? error };
}

function isServerError(code: Code, reason: Reason | undefined): boolean {
  return reason ? ERROR_TABLE[reason].status >= 500 : code === Code.Internal;
}
