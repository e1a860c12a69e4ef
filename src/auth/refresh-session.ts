import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { RefreshTokenUse, SessionStore } from "../sessions/session-store.js";
import { issueTokenPair, type TokenPair, type TokenPairDeps } from "../sessions/token-pair.js";
import type { Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";

export interface RefreshSessionDeps extends TokenPairDeps {
  database: Pick<Database, "transaction">;
  sessions: SessionStore;
  clock: Clock;
  random: Random;
  record: RecordActs;
}

export interface RefreshSessionInput {
  refresh: string;
  /** The client's IP address. */
  address?: string;
}

/**
 * Exchanges a refresh token for its successor and a new access token. A client that lost the response stays signed in:
 * within the grace period a used token gets the same successor again, and the last used token gets a new one until the
 * client has shown that it received its successor. Any other used token ends its session, because its owner and a thief
 * may both hold a copy (RFC 9700, section 4.14.2). The store's statements say exactly which is which.
 *
 * Throws REFRESH_REJECTED.
 */
export async function refreshSession(
  deps: RefreshSessionDeps,
  input: RefreshSessionInput,
): Promise<TokenPair> {
  const receivedAt = deps.clock.now();
  const claims = deps.refreshTokens.read(input.refresh);
  if (!claims) throw new DomainError("REFRESH_REJECTED");

  const { sessionId, userId } = claims;
  const use = { sessionId, userId, refreshId: claims.id, receivedAt };
  const next = { nextRefreshId: deps.random.uuid(), address: input.address ?? "" };
  const successor = await deps.sessions.rotate(null, use, next);
  if (!successor) {
    const isReused = await endReused(deps, use);
    const isExpired = !isReused && claims.expiresAt <= receivedAt;
    throw new DomainError("REFRESH_REJECTED", isExpired ? {} : { message: (m) => m.refreshBlacklisted });
  }

  const { id, issuedAt, expiresAt, user, now } = successor;
  return issueTokenPair(deps, user, { id, sessionId, userId, issuedAt, expiresAt }, now);
}

/** Ends the session of a token that was reused, and returns whether this call did so. */
function endReused(deps: RefreshSessionDeps, use: RefreshTokenUse): Promise<boolean> {
  const { userId: accountId, sessionId } = use;
  return deps.database.transaction(async (tx) => {
    const hasEnded = await deps.sessions.endReused(tx, use);
    // Its owner or a thief presented the token; the service can't tell.
    const act = { accountId, at: deps.clock.now(), actor: { kind: "system" } } as const;
    if (hasEnded) await deps.record(tx, { ...act, action: "refresh_reused", sessionId, sessionCount: 1 });
    return hasEnded;
  });
}
