import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { RefreshTokens } from "../sessions/refresh-token.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";

export interface LogoutDeps {
  database: Pick<Database, "transaction">;
  sessions: SessionStore;
  refreshTokens: RefreshTokens;
  clock: Clock;
  record: RecordActs;
}

export interface LogoutInput {
  /** Owner of the access token sent with the call. */
  userId: number;
  refresh: string;
}

/**
 * Ends the session of the refresh token, which must be the caller's own. A token that a refresh would not accept ends its
 * session too, for the same reason as there, and is rejected.
 *
 * Throws REFRESH_REJECTED.
 */
export async function logout(deps: LogoutDeps, input: LogoutInput): Promise<void> {
  const receivedAt = deps.clock.now();
  const claims = deps.refreshTokens.read(input.refresh);
  if (claims?.userId !== input.userId) throw new DomainError("REFRESH_REJECTED");

  const { sessionId, userId, id: refreshId } = claims;
  const outcome = await deps.database.transaction(async (tx) => {
    const ended = await deps.sessions.end(tx, { sessionId, userId, refreshId, receivedAt });
    const act = { accountId: userId, at: deps.clock.now(), sessionId, sessionCount: 1 };
    if (ended === "ended")
      await deps.record(tx, { ...act, action: "session_ended", actor: { kind: "owner" } });
    // The caller may be a thief.
    if (ended === "reused")
      await deps.record(tx, { ...act, action: "refresh_reused", actor: { kind: "system" } });
    return ended;
  });
  if (outcome === "ended") return;
  const isExpired = outcome === null && claims.expiresAt <= receivedAt;
  throw new DomainError("REFRESH_REJECTED", isExpired ? {} : { message: (m) => m.refreshBlacklisted });
}
