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
  /** Owner of the access token sent with the call. */
  userId: number;
  refresh: string;
}

/**
 * Ends the session of the refresh token, which must be the caller's own. A blacklisted token ends its session too, for
 * the same reason as at a refresh, and is rejected.
 *
 * Throws REFRESH_REJECTED.
 */
export async function logout(deps: LogoutDeps, input: LogoutInput): Promise<void> {
  const claims = await deps.refreshTokens.read(input.refresh);
  if (claims?.userId !== input.userId) throw new DomainError("REFRESH_REJECTED");

  const now = deps.clock.now();
  const wasValid = await deps.sessions.end(null, {
    sessionId: claims.sessionId,
    userId: claims.userId,
    refreshId: claims.id,
    now,
    graceSince: addSeconds(now, -deps.reuseGraceSeconds),
  });
  if (!wasValid) throw new DomainError("REFRESH_REJECTED", { message: (m) => m.refreshBlacklisted });
}
