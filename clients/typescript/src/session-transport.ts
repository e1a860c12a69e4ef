import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import type { Clock } from "./clock.js";
import { createDeadline, type Deadline } from "./deadline.js";
import { IdentityError } from "./error.js";
import { tokenUse } from "./methods.js";
import type { Errors } from "./read-error.js";
import type { Grant, Sessions } from "./sessions.js";

interface SessionTransportDeps {
  plain: Transport;
  sessions: Sessions;
  clock: Clock;
  errors: Errors;
  /** For calls that have no time of their own. */
  timeoutMs: number;
}

/** Sends calls with the session's access token, and once more if the service refuses the token. */
export function createSessionTransport(deps: SessionTransportDeps): Transport {
  const { plain, sessions, errors } = deps;

  const deadlineFor = (timeoutMs: number | undefined, signal: AbortSignal | undefined) =>
    createDeadline(deps, { timeoutMs: timeoutMs ?? deps.timeoutMs, signal });

  async function grantFor(method: DescMethod, deadline: Deadline): Promise<Grant | null> {
    const use = tokenUse(method);
    if (use === "none") return null;
    const grant = await sessions.grant(deadline);
    if (!grant && use === "required") throw errors.create("SIGNED_OUT");
    return grant;
  }

  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const deadline = deadlineFor(timeoutMs, signal);
      const send = (grant: Grant | null) =>
        plain.unary(method, signal, timeLeft(deadline), authorized(header, grant), input, contextValues);

      const grant = await grantFor(method, deadline);
      try {
        return await send(grant);
      } catch (error) {
        if (!grant || !isTokenRefused(error)) throw error;
        sessions.refuse(grant.access);
        const next = await grantFor(method, deadline);
        // Never on behalf of somebody who signed in meanwhile.
        if (next && next.id !== grant.id) throw errors.create("SIGNED_OUT", { cause: error });
        return await send(next);
      }
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      const deadline = deadlineFor(timeoutMs, signal);
      const grant = await grantFor(method, deadline);
      const headers = authorized(header, grant);
      // A stream takes as long as it has messages, unless its caller limits it.
      const limitMs = timeoutMs === undefined ? 0 : timeLeft(deadline);
      const response = await plain.stream(method, signal, limitMs, headers, input, contextValues);
      return { ...response, message: noticeRefusal(response.message, grant) };
    },
  };

  /** A stream can't be sent again, but the next call refreshes. */
  async function* noticeRefusal<T>(messages: AsyncIterable<T>, grant: Grant | null): AsyncGenerator<T> {
    try {
      yield* messages;
    } catch (error) {
      if (grant && isTokenRefused(error)) sessions.refuse(grant.access);
      throw error;
    }
  }
}

function authorized(header: ConstructorParameters<typeof Headers>[0], grant: Grant | null): Headers {
  const headers = new Headers(header);
  if (grant) headers.set("authorization", `Bearer ${grant.access}`);
  return headers;
}

/** Whole milliseconds, as the protocol has them; 0 for no limit. */
function timeLeft(deadline: Deadline): number {
  const remaining = deadline.remainingMs();
  return remaining === Number.POSITIVE_INFINITY ? 0 : Math.max(1, Math.ceil(remaining));
}

/** The service, or a gateway before it, has not run the call. */
function isTokenRefused(error: unknown): boolean {
  if (!(error instanceof IdentityError)) return false;
  const { reason, cause } = error;
  const isGateway =
    reason === "UNAVAILABLE" && cause instanceof ConnectError && cause.code === Code.Unauthenticated;
  return reason === "UNAUTHENTICATED" || isGateway;
}
