import type { Principal } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AccessTokens } from "./access-token.js";
import type { SessionStore } from "./session-store.js";
import type { SessionTouches } from "./session-touches.js";

export interface VerifyAccessTokenDeps {
  accessTokens: AccessTokens;
  sessions: SessionStore;
  sessionTouches: SessionTouches;
}

/**
 * Returns the owner of an access token and its session. One statement checks that the session has not ended and that
 * the account is active now, whatever the token says. Throws UNAUTHENTICATED otherwise.
 *
 * The token shows that its client received the refresh token that came with it, which is noted without waiting.
 * `address` is the client's; absent if the token comes from somebody else than its client.
 */
export async function verifyAccessToken(
  deps: VerifyAccessTokenDeps,
  token: string,
  address?: string,
): Promise<Principal> {
  const claims = await deps.accessTokens.read(token);
  const session = claims && (await deps.sessions.findOpen(null, claims.sessionId, claims.userId));
  if (!session) throw new DomainError("UNAUTHENTICATED");
  const { sessionId, refreshIdStart } = claims;
  deps.sessionTouches.note(sessionId, session, refreshIdStart, address);
  return { sessionId, user: session.user };
}
