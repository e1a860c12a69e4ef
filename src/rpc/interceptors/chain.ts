import type { Interceptor } from "@connectrpc/connect";
import type { Tracing } from "../../telemetry/tracing.js";
import { type AuthenticateDeps, authenticate } from "./authenticate.js";
import { type AuthorizeDeps, authorize } from "./authorize.js";
import { enforceDeadline } from "./enforce-deadline.js";
import { type LogCallsDeps, logCalls } from "./log-calls.js";
import { reportErrors } from "./report-errors.js";
import { traceCalls } from "./trace-calls.js";
import { type ValidateDeps, validate } from "./validate.js";

export interface InterceptorDeps extends LogCallsDeps, AuthenticateDeps, AuthorizeDeps, ValidateDeps {
  /** The interceptor that enforces rate limits (rate-limits/). */
  limitCalls: Interceptor;
  /** The interceptor that limits calls without a token of ours (rate-limits/). */
  limitUnauthenticated: Interceptor;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
}

/**
 * Creates the interceptors of every call, outermost first. Rate limits come after authentication, because some count
 * per user, and before authorization and validation, because calls that these refuse count too.
 */
export function createInterceptors(deps: InterceptorDeps): Interceptor[] {
  return [
    ...(deps.tracing ? [traceCalls(deps.tracing)] : []),
    logCalls(deps),
    reportErrors,
    enforceDeadline,
    deps.limitUnauthenticated,
    authenticate(deps),
    deps.limitCalls,
    authorize(deps),
    validate(deps),
  ];
}
