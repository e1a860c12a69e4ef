import { createSecretKey, type KeyObject } from "node:crypto";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../system/clock.js";

/** What every token of one kind has in common. */
export interface JwtProfile {
  /** Header `typ`: keeps one kind of token from being taken for another (RFC 8725, section 3.11). */
  type: string;
  issuer: string;
  audience: string;
}

const ALGORITHM = "HS256";
const CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "token_type"];
/** Three base64url parts. jose takes more spellings of one token than this. */
const COMPACT_JWT = /^[\w-]+\.[\w-]+\.([\w-]+)$/;

export interface Jwt {
  /** Signs `claims`; the same claims give the same token. */
  sign(profile: JwtProfile, claims: JWTPayload): Promise<string>;
  /**
   * The claims of a token that this service issued with this profile and that has not expired; null for
   * anything else, another spelling of one of our tokens included.
   */
  verify(profile: JwtProfile, token: string): Promise<JWTPayload | null>;
}

export function createJwt(secret: string, clock: Clock): Jwt {
  const key: KeyObject = createSecretKey(Buffer.from(secret, "utf8"));
  return {
    sign(profile, claims) {
      return new SignJWT({ iss: profile.issuer, aud: profile.audience, ...claims })
        .setProtectedHeader({ alg: ALGORITHM, typ: profile.type })
        .sign(key);
    },

    async verify(profile, token) {
      if (!isCanonical(token)) return null;
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          typ: profile.type,
          issuer: profile.issuer,
          audience: profile.audience,
          requiredClaims: CLAIMS,
          currentDate: clock.now(),
        });
        return payload;
      } catch {
        return null;
      }
    },
  };
}

/** Whether the signature is spelled the one way in which base64url writes it (RFC 4648, section 3.5). */
function isCanonical(token: string): boolean {
  const signature = COMPACT_JWT.exec(token)?.[1];
  return signature !== undefined && Buffer.from(signature, "base64url").toString("base64url") === signature;
}
