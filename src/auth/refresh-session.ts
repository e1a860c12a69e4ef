import { DomainError } from "../errors.js";
import type { SessionStore } from "../sessions/session-store.js";
import { issueTokenPair, type TokenPair, type TokenPairDeps } from "../sessions/token-pair.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";

export interface RefreshSessionDeps extends TokenPairDeps {
  sessions: SessionStore;
  clock: Clock;
  random: Random;
  refreshTtlSeconds: number;
  /** Grace period (s) in which a used token gets its successor again. */
  reuseGraceSeconds: number;
}

/**
 * Exchanges a refresh token for its successor and a new access token. Within the grace period a used token gets the
 * same successor again, so that a phone that lost the response stays signed in. After it, a used token ends its
 * session, because its owner and a thief may both hold a copy (RFC 9700, section 4.14.2).
 *
 * Throws REFRESH_REJECTED.
 */
export async function refreshSession(
  deps: RefreshSessionDeps,
  input: { refresh: string },
): Promise<TokenPair> {
  const claims = await deps.refreshTokens.read(input.refresh);
  if (!claims) throw new DomainError("REFRESH_REJECTED");

  const now = deps.clock.now();
  const { sessionId, userId } = claims;
  const result = await deps.sessions.rotate(null, {
    sessionId,
    userId,
    refreshId: claims.id,
    nextRefreshId: deps.random.uuid(),
    now,
    graceSince: addSeconds(now, -deps.reuseGraceSeconds),
    expiresAt: addSeconds(now, deps.refreshTtlSeconds),
  });
  if (result.kind !== "rotated") {
    throw new DomainError("REFRESH_REJECTED", { message: (m) => m.refreshBlacklisted });
  }

  const { successorId: id, issuedAt, user } = result;
  const expiresAt = addSeconds(issuedAt, deps.refreshTtlSeconds);
  return issueTokenPair(deps, user, { id, sessionId, userId, issuedAt, expiresAt }, now);
}
