import { LRUCache } from "lru-cache";
import { addSeconds, type Clock, epochSeconds } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { fullName, type User } from "../users/user.js";
import type { Jwt, JwtProfile } from "./jwt.js";

/** What an access token says that the service needs. */
export interface AccessClaims {
  userId: number;
  sessionId: string;
  expiresAt: Date;
}

export interface AccessTokens {
  /** Seconds a token is valid. */
  readonly ttlSeconds: number;
  /** A token for the user's session, valid from now. */
  issue(user: User, sessionId: string): Promise<string>;
  /** The claims of a valid access token, or null. Says nothing of whether session and account still live. */
  read(token: string): Promise<AccessClaims | null>;
}

export interface AccessTokenDeps {
  jwt: Jwt;
  clock: Clock;
  random: Random;
  issuer: string;
  audience: string;
  ttlSeconds: number;
}

/** Verified tokens that are remembered: some 10 MB, and a signature check less on most calls. */
const REMEMBERED_TOKENS = 10_000;

export function createAccessTokens(deps: AccessTokenDeps): AccessTokens {
  const { jwt, clock, random, ttlSeconds } = deps;
  const profile: JwtProfile = { type: "at+jwt", issuer: deps.issuer, audience: deps.audience };
  const verified = new LRUCache<string, AccessClaims>({ max: REMEMBERED_TOKENS });

  return {
    ttlSeconds,

    issue(user, sessionId) {
      const now = clock.now();
      return jwt.sign(profile, {
        sub: String(user.id),
        sid: sessionId,
        jti: random.uuid(),
        iat: epochSeconds(now),
        exp: epochSeconds(addSeconds(now, ttlSeconds)),
        token_type: "access",
        user_id: user.id,
        phone: user.phone,
        first_name: user.firstName,
        last_name: user.lastName,
        full_name: fullName(user),
      });
    },

    async read(token) {
      const known = verified.get(token);
      if (known) return known.expiresAt > clock.now() ? known : null;
      const payload = await jwt.verify(profile, token);
      if (payload?.token_type !== "access") return null;
      const claims = {
        userId: Number(payload.sub),
        sessionId: String(payload.sid),
        expiresAt: new Date(Number(payload.exp) * 1000),
      };
      verified.set(token, claims);
      return claims;
    },
  };
}
