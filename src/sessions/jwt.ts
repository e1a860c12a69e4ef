import type { JWTPayload } from "jose";
import { decodeJwt } from "jose/jwt/decode";
import type { TokenKeys } from "../signing-keys/access-keys.js";
import { encodeSegment, type TokenKey, type TokenTimes } from "../signing-keys/token-key.js";
import { type Clock, epochSeconds } from "../system/clock.js";

/** The properties that all tokens of one kind share. */
export interface JwtProfile {
  /** Header `typ`: prevents one kind of token from being accepted as another (RFC 8725, section 3.11). */
  type: string;
  issuer: string;
  audience: string;
  /** Issuers that are accepted too; "any": the issuer says nothing. */
  otherIssuers?: readonly string[] | "any";
  /** True: `exp` is required, but a token is verified after it too. */
  ignoresExpiry?: boolean;
}

/** A token that this service issued, and the key that signed it. */
export interface VerifiedJwt {
  claims: JWTPayload & TokenTimes;
  key: TokenKey;
}

/** Three base64url segments (RFC 7515, section 3.1). */
const COMPACT_JWT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
/** 9999-12-31T23:59:59Z, the last second that a google.protobuf.Timestamp can hold. */
const MAX_TIME_SECONDS = 253_402_300_799;

/**
 * Signs `claims` (RFC 7519), synchronously: that takes less time than a wait for the thread pool, in which password hashes
 * queue. See docs/decisions/0003-tokens.md.
 */
export function signJwt(key: TokenKey, { type, issuer, audience }: JwtProfile, claims: JWTPayload): string {
  const signed = `${key.header(type)}.${encodeSegment({ iss: issuer, aud: audience, ...claims })}`;
  return `${signed}.${key.sign(signed)}`;
}

/**
 * Returns the claims of a token that this service issued with this profile; "expired" if it has expired, unless the profile
 * ignores that, or if its key accepts no such token any more; null for anything else, including another spelling of one of
 * our tokens.
 */
export function verifyJwt(
  keys: Pick<TokenKeys, "find">,
  profile: JwtProfile,
  token: string,
  clock: Clock,
): VerifiedJwt | "expired" | null {
  const [, header = "", payload = "", signature = ""] = COMPACT_JWT.exec(token) ?? [];
  // A header is one of ours to the letter, so a token names no other algorithm and no other key.
  const key = keys.find(header);
  if (!key?.verify(`${header}.${payload}`, signature)) return null;
  const claims = readClaims(token);
  if (!claims || !areComplete(claims, profile)) return null;
  const hasExpired = claims.exp <= epochSeconds(clock.now()) && !profile.ignoresExpiry;
  return hasExpired || !key.accepts(claims) ? "expired" : { claims, key };
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
 * Whether the claims name this issuer and audience, and have the times that every token has, in whole seconds as we issue
 * them; each kind of token has claims of its own (token-claims.ts). A token that is valid later (`nbf`) is none of ours.
 */
function areComplete(claims: JWTPayload, profile: JwtProfile): claims is JWTPayload & TokenTimes {
  const isOurs = isIssuer(claims.iss, profile) && claims.aud === profile.audience && !("nbf" in claims);
  return isOurs && isTime(claims.exp) && isTime(claims.iat);
}

function isTime(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIME_SECONDS;
}

function isIssuer(name: string | undefined, { issuer, otherIssuers = [] }: JwtProfile): boolean {
  if (name === undefined) return false;
  return name === issuer || otherIssuers === "any" || otherIssuers.includes(name);
}
