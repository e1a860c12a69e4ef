import { createHmac, timingSafeEqual } from "node:crypto";
import { asciiDigits } from "../system/ascii-digits.js";

/** What a one-time code proves. */
export type Purpose = "activation" | "password_reset" | "password_change" | "phone_change";

/** Digits of a code (contract.md, section 6). */
export const CODE_LENGTH = 6;
/** Seconds a code and its link live. */
export const CODE_TTL_SECONDS = 600;
/** Wrong tries that lock a code. */
export const MAX_ATTEMPTS = 5;

/** What a code is bound to: it proves nothing for another user, purpose or issue. */
export interface CodeBinding {
  /** The issue: one id each time a code is sent. */
  id: string;
  userId: number;
  purpose: Purpose;
}

/** How codes are stored: HMAC-SHA-256 with a key the database does not have, so that a stolen table can't be searched. */
export function codeDigest(key: Uint8Array, binding: CodeBinding, code: string): Buffer {
  return createHmac("sha256", key)
    .update(`code:${binding.id}:${binding.userId}:${binding.purpose}:${code}`)
    .digest();
}

/**
 * Whether the code a user typed (`text`) is the one behind `digest`. White space, hyphens and invisible characters
 * are ignored, and any Unicode digit counts as its ASCII digit. Runs in constant time for every six-digit code.
 */
export function isCorrectCode(
  key: Uint8Array,
  binding: CodeBinding,
  digest: Uint8Array,
  text: string,
): boolean {
  const code = asciiDigits(text.replace(/[\s\p{Cf}-]/gu, ""));
  return /^[0-9]{6}$/.test(code) && timingSafeEqual(codeDigest(key, binding, code), digest);
}
