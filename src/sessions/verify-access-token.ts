import type { Principal } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AccessTokens } from "./access-token.js";
import type { EndedSessions } from "./ended-sessions.js";
import type { SessionStore } from "./session-store.js";
import type { SessionTouches } from "./session-touches.js";
import { UnknownTokenError } from "./unknown-token-error.js";

export interface VerifyAccessTokenDeps {
  accessTokens: AccessTokens;
  sessions: SessionStore;
  sessionTouches: SessionTouches;
  endedSessions: EndedSessions;
}

/**
 * Returns the owner of a user's access token and its session. One statement checks that the session has not ended and
 * that the account is active now, whatever the token says.
 *
 * Throws UNAUTHENTICATED otherwise: as an UnknownTokenError if this service did not sign the token, without a statement
 * if the token has expired, is an internal service's, or its session is known to have ended. An inactive account's
 * sessions are looked up each time, because the account may be active again.
 *
 * The token shows that its client received the refresh token that came with it, which is noted without waiting.
 * `address` is the client's; absent if the token comes from somebody else than its client.
 */
export async function verifyAccessToken(
  deps: VerifyAccessTokenDeps,
  token: string,
  address?: string,
): Promise<Principal> {
  const { accessTokens, sessions, sessionTouches, endedSessions } = deps;
  const claims = accessTokens.read(token);
  if (claims === null) throw new UnknownTokenError();
  if (claims === "expired" || claims.kind !== "user" || endedSessions.has(claims)) {
    throw new DomainError("UNAUTHENTICATED");
  }
  const { sessionId, userId, refreshIdStart } = claims;
  const session = await sessions.find(null, sessionId, userId);
  if (session === "ended") endedSessions.add(claims);
  if (session === null || session === "ended") throw new DomainError("UNAUTHENTICATED");
  sessionTouches.note(sessionId, session, refreshIdStart, address);
  const { user, ageSeconds: sessionAgeSeconds, hasSecondFactor } = session;
  return { sessionId, user, sessionAgeSeconds, hasSecondFactor };
}
