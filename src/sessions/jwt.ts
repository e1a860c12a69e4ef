import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import type { JWTPayload } from "jose";
import { decodeJwt } from "jose/jwt/decode";
import { type Clock, epochSeconds } from "../system/clock.js";

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
const REQUIRED_CLAIMS = ["sub", "sid", "jti", "token_type"];
/** Three base64url segments (RFC 7515, section 3.1). */
const COMPACT_JWT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

/**
 * Signs and verifies tokens (RFC 7519) synchronously: HMAC takes less time than a wait for the thread pool, in which
 * password hashes queue. See docs/decisions/0003-tokens.md.
 */
export interface Jwt {
  /** Signs `claims`; the same claims yield the same token. */
  sign(profile: JwtProfile, claims: JWTPayload): string;
  /**
   * Returns the claims of a token that this service issued with this profile; "expired" if it has expired, unless the
   * profile ignores that; null for anything else, including another spelling of one of our tokens.
   */
  verify(profile: JwtProfile, token: string): JWTPayload | "expired" | null;
}

export function createJwt(secret: string, clock: Clock): Jwt {
  const key = createSecretKey(Buffer.from(secret, "utf8"));
  const signature = (signed: string) => createHmac("sha256", key).update(signed).digest("base64url");

  /** Whether `given` is the signature of `signed`, in the one spelling that we issue (RFC 4648, section 3.5). */
  function isSignature(given: string, signed: string): boolean {
    const expected = Buffer.from(signature(signed));
    const found = Buffer.from(given);
    return found.length === expected.length && timingSafeEqual(found, expected);
  }

  return {
    sign({ type, issuer, audience }, claims) {
      const signed = `${headerOf(type)}.${encode({ iss: issuer, aud: audience, ...claims })}`;
      return `${signed}.${signature(signed)}`;
    },

    verify(profile, token) {
      const [, header, payload = "", given = ""] = COMPACT_JWT.exec(token) ?? [];
      // The header is ours to the letter, so it names no other algorithm.
      if (header !== headerOf(profile.type)) return null;
      if (!isSignature(given, `${header}.${payload}`)) return null;
      const claims = readClaims(token);
      if (!claims || !areComplete(claims, profile)) return null;
      const hasExpired = claims.exp <= epochSeconds(clock.now());
      return hasExpired && !profile.ignoresExpiry ? "expired" : claims;
    },
  };
}

const headers = new Map<string, string>();

/** The first segment of every token of this type. */
function headerOf(type: string): string {
  const known = headers.get(type) ?? encode({ alg: ALGORITHM, typ: type });
  headers.set(type, known);
  return known;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Returns the claims of a token; null if its payload is not a JSON object. */
function readClaims(token: string): JWTPayload | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

/**
 * Whether the claims name this issuer and audience, and lack none that we issue. A token that is valid later (`nbf`) is
 * none of ours.
 */
function areComplete(claims: JWTPayload, profile: JwtProfile): claims is JWTPayload & { exp: number } {
  const isOurs = claims.iss === profile.issuer && claims.aud === profile.audience && !("nbf" in claims);
  const hasTimes = Number.isFinite(claims.exp) && Number.isFinite(claims.iat);
  return isOurs && hasTimes && REQUIRED_CLAIMS.every((name) => name in claims);
}
