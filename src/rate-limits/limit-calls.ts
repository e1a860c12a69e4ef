import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { callerKey, principalKey, responseHeadersKey } from "../caller.js";
import type { Config } from "../config.js";
import { rateLimited } from "../errors.js";
import { callWindows } from "./keys.js";
import { limitHeaders } from "./limit-headers.js";
import type { Limiter } from "./limiter.js";

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
 * they are stored under `responseHeadersKey`, from which `reportErrors` adds them to error responses. RATE_LIMITED
 * brings the figures of the window that refused. `reportErrors` has to run outside this interceptor, and so has
 * `authenticate`, because signed-in callers are counted by account.
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
    if (!verdict.allowed) throw rateLimited(verdict.retryAfterSeconds, verdict);

    const figures = limitHeaders(verdict);
    const headers = request.contextValues.get(responseHeadersKey) ?? new Headers();
    setAll(headers, figures);
    request.contextValues.set(responseHeadersKey, headers);
    const response = await next(request);
    setAll(response.header, figures);
    return response;
  };
}

/** The `phone` of the request message, empty when it has none. The messages of a stream arrive after the decision. */
function phoneOf(request: UnaryRequest | StreamRequest): string {
  if (request.stream) return "";
  const { phone } = request.message as { phone?: unknown };
  return typeof phone === "string" ? phone : "";
}

function setAll(headers: Headers, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) headers.set(name, value);
}
