import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { callerKey, principalKey, servicePrincipalKey } from "../caller.js";
import { DomainError, rateLimited } from "../errors.js";
import { callWindows, type LimitRules } from "./keys.js";
import { addLimitHeaders } from "./limit-headers.js";
import type { Limiter } from "./limiter.js";
import { countsBySession } from "./policies.js";

export interface LimitCallsDeps {
  limiter: Limiter;
  rules: LimitRules;
  /** Normalizes a phone number; null when `text` is not one. */
  phoneKey(text: string): string | null;
  /** The session of a refresh token that we signed, expired or not; null for any other text. */
  sessionOf(refresh: string): string | null;
}

/**
 * Passes a call on when all of its windows have room, else throws RATE_LIMITED. A streaming call counts once.
 *
 * The response headers give the figures of the tightest window, also when an inner interceptor or the method fails:
 * they are stored under `responseHeadersKey`, from which `reportErrors` adds them to error responses. RATE_LIMITED
 * brings the figures of the window that refused. `reportErrors` has to run outside this interceptor, and so has
 * `authenticate`, because signed-in callers are counted by account.
 *
 * A call that ends in RATE_LIMITED, because the method has a quota of its own, is given back in the windows that count a
 * phone number, so that it costs its caller nothing there. It stays in the windows by address, which bound what refused
 * calls cost the service.
 */
export function limitCalls({ limiter, rules, phoneKey, sessionOf }: LimitCallsDeps): Interceptor {
  const consume = async (request: UnaryRequest | StreamRequest) =>
    limiter.consume(
      callWindows(rules, {
        method: request.method,
        address: request.contextValues.get(callerKey).address,
        userId: request.contextValues.get(principalKey)?.user.id ?? null,
        service: request.contextValues.get(servicePrincipalKey)?.name ?? null,
        sessionId: countsBySession(request.method) ? sessionOf(textOf(request, "refresh")) : null,
        phone: () => phoneKey(textOf(request, "phone")),
      }),
    );

  return (next) => async (request) => {
    const { giveBack, ...verdict } = await consume(request);
    if (!verdict.allowed) throw rateLimited(verdict.retryAfterSeconds, verdict);

    const figures = addLimitHeaders(request.contextValues, verdict);
    const response = await givingBack(next(request), giveBack);
    for (const [name, value] of Object.entries(figures)) response.header.set(name, value);
    return response;
  };
}

/** Resolves or rejects as `call` does, after `giveBack` if that is RATE_LIMITED. */
async function givingBack<T>(call: Promise<T>, giveBack: () => Promise<void>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DomainError && error.reason === "RATE_LIMITED") await giveBack();
    throw error;
  }
}

/** A field of the request message, empty when it has none. The messages of a stream arrive after the decision. */
function textOf(request: UnaryRequest | StreamRequest, field: "phone" | "refresh"): string {
  if (request.stream) return "";
  const { [field]: text } = request.message as { [field: string]: unknown };
  return typeof text === "string" ? text : "";
}
