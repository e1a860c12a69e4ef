import type { Interceptor } from "@connectrpc/connect";
import { callerKey } from "../caller.js";
import { rateLimited } from "../errors.js";
import { UnknownTokenError } from "../sessions/unknown-token-error.js";
import { addressWindows, type LimitRules } from "./keys.js";
import { addLimitHeaders } from "./limit-headers.js";
import type { Limiter } from "./limiter.js";

export interface LimitUnauthenticatedDeps {
  limiter: Limiter;
  rules: LimitRules;
}

/**
 * Counts by address the calls that `authenticate` refused for want of a token of ours, and throws RATE_LIMITED instead
 * of UNAUTHENTICATED once there are too many. A token that we signed is never counted, whatever became of it: its
 * owner's app learns from UNAUTHENTICATED that it has to refresh. Runs around `authenticate`, within `reportErrors`.
 */
export function limitUnauthenticated({ limiter, rules }: LimitUnauthenticatedDeps): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof UnknownTokenError)) throw error;
      const { address } = request.contextValues.get(callerKey);
      const verdict = await limiter.consume(addressWindows(rules, "unauthenticated", address));
      if (!verdict.allowed) throw rateLimited(verdict.retryAfterSeconds, verdict);
      addLimitHeaders(request.contextValues, verdict);
      throw error;
    }
  };
}
