import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { callerKey, principalKey, responseHeadersKey } from "../caller.js";
import type { Config } from "../config.js";
import { rateLimited } from "../errors.js";
import { callWindows } from "./keys.js";
import type { Limiter, Verdict } from "./limiter.js";

export interface LimitCallsDeps {
  limiter: Limiter;
  rates: Config["limits"];
  /** Normalizes a phone number; null when `text` is not one. */
  phoneKey(text: string): string | null;
}

/**
 * Passes a call on when all of its windows have room, else throws RATE_LIMITED. A streaming call counts once.
 *
 * The response headers give the figures of the tightest window, also when an inner interceptor or the method fails:
 * they are stored under `responseHeadersKey`, from which `reportErrors` adds them to error responses. `reportErrors`
 * has to run outside this interceptor, and so has `authenticate`, because signed-in callers are counted by account.
 */
export function limitCalls({ limiter, rates, phoneKey }: LimitCallsDeps): Interceptor {
  return (next) => async (request) => {
    const verdict = await limiter.consume(
      callWindows(rates, {
        method: request.method,
        address: request.contextValues.get(callerKey).address,
        userId: request.contextValues.get(principalKey)?.user.id ?? null,
        phone: () => phoneKey(phoneOf(request)),
      }),
    );
    const headers = request.contextValues.get(responseHeadersKey) ?? new Headers();
    setLimitHeaders(headers, verdict);
    request.contextValues.set(responseHeadersKey, headers);
    if (!verdict.allowed) throw rateLimited(verdict.retryAfterSeconds);

    const response = await next(request);
    setLimitHeaders(response.header, verdict);
    return response;
  };
}

/** The `phone` of the request message, empty when it has none. The messages of a stream arrive after the decision. */
function phoneOf(request: UnaryRequest | StreamRequest): string {
  if (request.stream) return "";
  const { phone } = request.message as { phone?: unknown };
  return typeof phone === "string" ? phone : "";
}

function setLimitHeaders(headers: Headers, { limit, remaining, resetAt }: Verdict): void {
  headers.set("X-RateLimit-Limit", String(limit));
  headers.set("X-RateLimit-Remaining", String(remaining));
  headers.set("X-RateLimit-Reset", String(resetAt));
}
