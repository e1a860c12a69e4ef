import { epochSeconds } from "../system/clock.js";
import type { Jwt, JwtProfile } from "./jwt.js";
import { readTokenClaims } from "./token-claims.js";

/** The content of a refresh token. The same grant yields exactly the same token. */
export interface RefreshGrant {
  /** `jti`: identifies the token within its session. */
  id: string;
  sessionId: string;
  userId: number;
  issuedAt: Date;
  expiresAt: Date;
}

export interface RefreshTokens {
  write(grant: RefreshGrant): Promise<string>;
  /** Returns the grant of a valid refresh token, or null. Does not check whether it was used or its session ended. */
  read(token: string): Promise<Pick<RefreshGrant, "id" | "sessionId" | "userId"> | null>;
}

export interface RefreshTokenDeps {
  jwt: Jwt;
  issuer: string;
  audience: string;
}

export function createRefreshTokens(deps: RefreshTokenDeps): RefreshTokens {
  const { jwt } = deps;
  const profile: JwtProfile = { type: "rt+jwt", issuer: deps.issuer, audience: deps.audience };
  return {
    write(grant) {
      return jwt.sign(profile, {
        sub: String(grant.userId),
        sid: grant.sessionId,
        jti: grant.id,
        iat: epochSeconds(grant.issuedAt),
        exp: epochSeconds(grant.expiresAt),
        token_type: "refresh",
      });
    },

    async read(token) {
      const payload = await jwt.verify(profile, token);
      if (payload?.token_type !== "refresh") return null;
      const claims = readTokenClaims(payload);
      return claims && { id: claims.tokenId, sessionId: claims.sessionId, userId: claims.userId };
    },
  };
}
