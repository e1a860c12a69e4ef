import { createHmac, timingSafeEqual } from "node:crypto";
import type { Operation } from "../sms/sms-gateway.js";
import { asciiDigits } from "../system/ascii-digits.js";

/** What a one-time code is for: an operation on an account, or the activation of a registration. */
export type Purpose = "activation" | Operation;

/** Number of digits in a code (contract.md, section 6). */
export const CODE_LENGTH = 6;
/** Lifetime (s) of a code and its link. */
export const CODE_TTL_SECONDS = 600;
/** Counted attempts that lock a code, and every other code of its series. */
export const MAX_ATTEMPTS = 5;
/** Codes of a series that work at the same time: networks deliver late, so the one sent last is not the only one. */
export const OVERLAPPING_CODES = 3;

/** Binds a code to one owner, purpose and issue: it is not valid for any other. */
interface CodeBinding {
  /** The issue: a new id each time a code is sent. */
  id: string;
  /** The account, or the registration. */
  ownerId: number | string;
  purpose: Purpose;
}

/** The stored form of a code: HMAC-SHA-256 with a key that isn't in the database. A stolen table can't be searched. */
export function codeDigest(key: Uint8Array, binding: CodeBinding, code: string): Buffer {
  return createHmac("sha256", key)
    .update(`code:${binding.id}:${binding.ownerId}:${binding.purpose}:${code}`)
    .digest();
}

/**
 * Whether the code that a user typed (`text`) matches `digest`. White space, hyphens and invisible characters are
 * ignored, and any Unicode digit counts as its ASCII digit. Each of `keys` may be that of the digest. Runs in constant
 * time for every wrong six-digit code.
 */
export function isCorrectCode(
  keys: readonly Uint8Array[],
  binding: CodeBinding,
  digest: Uint8Array,
  text: string,
): boolean {
  const code = asciiDigits(text.replace(/[\s\p{Cf}-]/gu, ""));
  if (!/^[0-9]{6}$/.test(code)) return false;
  return keys.some((key) => timingSafeEqual(codeDigest(key, binding, code), digest));
}
