import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { callerKey, principalKey, responseHeadersKey } from "../caller.js";
import type { Config } from "../config.js";
import { rateLimited } from "../errors.js";
import { callWindows } from "./keys.js";
import type { Limiter, Verdict } from "./limiter.js";

export interface LimitCallsDeps {
  limiter: Limiter;
  rates: Config["limits"];
  /** The one form of a phone number, null for what is none. */
  phoneKey(text: string): string | null;
}

/**
 * Lets a call through when none of its limits is reached, else throws RATE_LIMITED. A streaming call counts once.
 *
 * The answer says how far the tightest limit is used up, also when the call fails further in: the headers are
 * left under `answerHeadersKey` for the interceptor that answers errors. It has to be further out; `authenticate`
 * too, as signed-in callers are counted by account.
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

/** The `phone` of the request message, empty when it has none. A stream's messages come later than the decision. */
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
