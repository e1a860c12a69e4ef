import type { User } from "../users/user.js";
import type { AccessTokens } from "./access-token.js";
import type { RefreshGrant, RefreshTokens } from "./refresh-token.js";

/** The tokens of a signed-in client. Lifetimes are in seconds from now. */
export interface TokenPair {
  access: string;
  refresh: string;
  accessExpiresIn: number;
  refreshExpiresIn: number;
}

export interface TokenPairDeps {
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
}

/** Returns the granted refresh token and a new access token for the same session, with lifetimes as of `now`. */
export function issueTokenPair(deps: TokenPairDeps, user: User, grant: RefreshGrant, now: Date): TokenPair {
  return {
    access: deps.accessTokens.issue(user, grant),
    refresh: deps.refreshTokens.write(grant),
    accessExpiresIn: deps.accessTokens.ttlSeconds,
    refreshExpiresIn: Math.floor((grant.expiresAt.getTime() - now.getTime()) / 1000),
  };
}
