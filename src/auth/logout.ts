import { DomainError } from "../errors.js";
import type { RefreshTokens } from "../sessions/refresh-token.js";
import type { SessionStore } from "../sessions/session-store.js";
import { addSeconds, type Clock } from "../system/clock.js";

export interface LogoutDeps {
  sessions: SessionStore;
  refreshTokens: RefreshTokens;
  clock: Clock;
  reuseGraceSeconds: number;
}

export interface LogoutInput {
  /** Whose access token came with the call. */
  userId: number;
  refresh: string;
}

/**
 * Ends the refresh token's session, which must be the caller's own. A blacklisted token ends it as well, for the
 * reason it would at a refresh, and is refused.
 *
 * Throws REFRESH_REJECTED.
 */
export async function logout(deps: LogoutDeps, input: LogoutInput): Promise<void> {
  const claims = await deps.refreshTokens.read(input.refresh);
  if (claims?.userId !== input.userId) throw new DomainError("REFRESH_REJECTED");

  const now = deps.clock.now();
  const ended = await deps.sessions.end(null, {
    sessionId: claims.sessionId,
    userId: claims.userId,
    refreshId: claims.id,
    now,
    graceSince: addSeconds(now, -deps.reuseGraceSeconds),
  });
  if (!ended) throw new DomainError("REFRESH_REJECTED", { message: (m) => m.refreshBlacklisted });
}
