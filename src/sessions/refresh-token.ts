import { LRUCache } from "lru-cache";
import { createSecretTokenKey } from "../signing-keys/token-key.js";
import { type Clock, epochSeconds } from "../system/clock.js";
import { type JwtProfile, signJwt, verifyJwt } from "./jwt.js";
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
  write(grant: RefreshGrant): string;
  /**
   * Returns the claims of a refresh token of ours, expired or not, or null. Only its session's row tells whether the
   * token is accepted: the last used one outlives its `exp`, and an older one ends its session even after that.
   */
  read(token: string): RefreshClaims | null;
}

type RefreshClaims = Omit<RefreshGrant, "issuedAt">;

/** The limiter and the use case read the same token: its signature is verified once. About 1 MB. */
const MAX_CACHED_TOKENS = 1_000;

export interface RefreshTokenDeps {
  /** The first one signs, all verify. */
  tokenSecrets: readonly string[];
  clock: Clock;
  /** Of new tokens. */
  issuer: string;
  audience: string;
}

export function createRefreshTokens(deps: RefreshTokenDeps): RefreshTokens {
  const { tokenSecrets, clock } = deps;
  const key = createSecretTokenKey(tokenSecrets);
  const profile: JwtProfile = {
    type: "rt+jwt",
    issuer: deps.issuer,
    audience: deps.audience,
    // Nobody else reads the token, and its session must live on when the issuer changes.
    otherIssuers: "any",
    ignoresExpiry: true,
  };
  const header = key.header(profile.type);
  const keys = { find: (found: string) => (found === header ? key : undefined) };
  const cache = new LRUCache<string, RefreshClaims>({ max: MAX_CACHED_TOKENS });
  return {
    write(grant) {
      return signJwt(key, profile, {
        sub: String(grant.userId),
        sid: grant.sessionId,
        jti: grant.id,
        iat: epochSeconds(grant.issuedAt),
        exp: epochSeconds(grant.expiresAt),
        token_type: "refresh",
      });
    },

    read(token) {
      const cached = cache.get(token);
      if (cached) return cached;
      const found = verifyJwt(keys, profile, token, clock);
      if (!found || found === "expired" || found.claims.token_type !== "refresh") return null;
      const claims = readTokenClaims(found.claims);
      if (!claims) return null;
      const { tokenId: id, sessionId, userId } = claims;
      const read = { id, sessionId, userId, expiresAt: new Date(found.claims.exp * 1000) };
      cache.set(token, read);
      return read;
    },
  };
}
