import { createHmac, timingSafeEqual } from "node:crypto";
import { asciiDigits } from "../system/ascii-digits.js";

/** The operation that a one-time code authorises. */
export type Purpose = "activation" | "password_reset" | "password_change" | "phone_change";

/** Number of digits in a code (contract.md, section 6). */
export const CODE_LENGTH = 6;
/** Lifetime (s) of a code and its link. */
export const CODE_TTL_SECONDS = 600;
/** Counted attempts that lock a code, and every other code of its series. */
export const MAX_ATTEMPTS = 5;
/** Codes of a series that work at the same time: networks deliver late, so the one sent last is not the only one. */
export const OVERLAPPING_CODES = 3;

/** Binds a code to one user, purpose and issue: it is not valid for any other. */
export interface CodeBinding {
  /** The issue: a new id each time a code is sent. */
  id: string;
  userId: number;
  purpose: Purpose;
}

/** What a digest is bound to: for an activation code a registration instead of a user. */
type DigestBinding = Omit<CodeBinding, "userId"> & { userId: CodeBinding["userId"] | string };

/** The stored form of a code: HMAC-SHA-256 with a key that isn't in the database. A stolen table can't be searched. */
export function codeDigest(key: Uint8Array, binding: DigestBinding, code: string): Buffer {
  return createHmac("sha256", key)
    .update(`code:${binding.id}:${binding.userId}:${binding.purpose}:${code}`)
    .digest();
}

/**
 * Whether the code that a user typed (`text`) matches `digest`. White space, hyphens and invisible characters are
 * ignored, and any Unicode digit counts as its ASCII digit. Runs in constant time for every six-digit code.
 */
export function isCorrectCode(
  key: Uint8Array,
  binding: DigestBinding,
  digest: Uint8Array,
  text: string,
): boolean {
  const code = asciiDigits(text.replace(/[\s\p{Cf}-]/gu, ""));
  return /^[0-9]{6}$/.test(code) && timingSafeEqual(codeDigest(key, binding, code), digest);
}
