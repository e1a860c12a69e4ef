import type { DescService } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { type AuthenticateDeps, authenticate } from "./authenticate.js";
import { enforceDeadline } from "./enforce-deadline.js";
import { type LogCallsDeps, logCalls } from "./log-calls.js";
import { reportErrors } from "./report-errors.js";
import { validate } from "./validate.js";

export interface InterceptorDeps extends LogCallsDeps, AuthenticateDeps {
  /** The interceptor that counts calls (limits/). */
  limitCalls: Interceptor;
  /** Whose messages are validated. */
  services: readonly DescService[];
}

/**
 * What happens to every call, outermost first. Limits come after authentication, because some count by user,
 * and before validation, because junk counts too.
 */
export function createInterceptors(deps: InterceptorDeps): Interceptor[] {
  return [
    logCalls(deps),
    reportErrors,
    enforceDeadline,
    authenticate(deps),
    deps.limitCalls,
    validate(deps.services),
  ];
}
