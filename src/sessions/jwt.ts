import { createSecretKey, type KeyObject } from "node:crypto";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../system/clock.js";

/** The properties that all tokens of one kind share. */
export interface JwtProfile {
  /** Header `typ`: prevents one kind of token from being accepted as another (RFC 8725, section 3.11). */
  type: string;
  issuer: string;
  audience: string;
  /** True: `exp` is required, but a token is verified after it too. */
  ignoresExpiry?: boolean;
}

const ALGORITHM = "HS256";
const REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "token_type"];
/** Three base64url segments. jose accepts other spellings of the same token too. */
const COMPACT_JWT = /^[\w-]+\.[\w-]+\.([\w-]+)$/;

export interface Jwt {
  /** Signs `claims`; the same claims yield the same token. */
  sign(profile: JwtProfile, claims: JWTPayload): Promise<string>;
  /**
   * Returns the claims of a token that this service issued with this profile; "expired" if it has expired, unless the
   * profile ignores that; null for anything else, including another spelling of one of our tokens.
   */
  verify(profile: JwtProfile, token: string): Promise<JWTPayload | "expired" | null>;
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
          requiredClaims: REQUIRED_CLAIMS,
          currentDate: clock.now(),
          clockTolerance: profile.ignoresExpiry ? Number.MAX_SAFE_INTEGER : 0,
        });
        return payload;
      } catch (error) {
        // jose looks at exp after it has verified the signature and compared type, issuer and audience.
        return error instanceof errors.JWTExpired ? "expired" : null;
      }
    },
  };
}

/** Whether the signature has its canonical base64url spelling (RFC 4648, section 3.5). */
function isCanonical(token: string): boolean {
  const signature = COMPACT_JWT.exec(token)?.[1];
  return signature !== undefined && Buffer.from(signature, "base64url").toString("base64url") === signature;
}
