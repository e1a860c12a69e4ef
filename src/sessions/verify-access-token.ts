import type { Principal } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AccessTokens } from "./access-token.js";
import type { SessionStore } from "./session-store.js";

export interface VerifyAccessTokenDeps {
  accessTokens: AccessTokens;
  sessions: SessionStore;
}

/**
 * Returns the owner of an access token and its session. One statement checks that the session has not ended and that
 * the account is active now, whatever the token says. Throws UNAUTHENTICATED otherwise.
 */
export async function verifyAccessToken(deps: VerifyAccessTokenDeps, token: string): Promise<Principal> {
  const claims = await deps.accessTokens.read(token);
  const user = claims && (await deps.sessions.findUser(null, claims.sessionId, claims.userId));
  if (!user) throw new DomainError("UNAUTHENTICATED");
  return { sessionId: claims.sessionId, user };
}
