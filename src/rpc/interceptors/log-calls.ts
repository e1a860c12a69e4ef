import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { callerKey, principalKey, protocolKey } from "../../caller.js";
import { DomainError, ERROR_TABLE, type Reason } from "../../errors.js";
import type { Logger } from "../../system/logger.js";
import { codeToString } from "../connect-internals.js";
import { watchEnd } from "../stream-messages.js";

export interface LogCallsDeps {
  logger: Logger;
}

/**
 * Logs one line when a call ends (for a stream, after its last response): method, caller, status and duration in
 * milliseconds. Never logs message contents. Logs server errors at level error with their cause, and all other calls
 * at level info.
 */
export function logCalls({ logger }: LogCallsDeps): Interceptor {
  return (next) => async (request) => {
    const start = performance.now();
    const line = (status: string, reason?: Reason) => {
      const { address, requestId } = request.contextValues.get(callerKey);
      return {
        method: `${request.service.typeName}/${request.method.name}`,
        protocol: request.contextValues.get(protocolKey),
        status,
        reason,
        ms: Math.round((performance.now() - start) * 10) / 10,
        requestId,
        address,
        userId: request.contextValues.get(principalKey)?.user.id,
      };
    };
    const report = (error?: unknown) => {
      if (error === undefined) {
        logger.info(line("ok"), "call");
        return;
      }
      const { code, cause } = ConnectError.from(error, Code.Internal);
      const reason = cause instanceof DomainError ? cause.reason : undefined;
      if (isServerError(code, reason)) {
        logger.error({ ...line(codeToString(code), reason ?? "INTERNAL"), err: cause ?? error }, "call");
      } else {
        logger.info(line(codeToString(code), reason), "call");
      }
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

function isServerError(code: Code, reason: Reason | undefined): boolean {
  return reason ? ERROR_TABLE[reason].status >= 500 : code === Code.Internal;
}
