import { createHmac, timingSafeEqual } from "node:crypto";
import { rateLimited } from "../errors.js";
import { asciiDigits } from "../system/ascii-digits.js";

/** What a one-time code proves. */
export type Purpose = "activation" | "password_reset" | "password_change" | "phone_change";

/** Digits of a code (contract.md, section 6). */
export const CODE_LENGTH = 6;
/** Seconds a code and its link live. */
export const CODE_TTL_SECONDS = 600;
/** Wrong tries that lock a code. */
export const MAX_ATTEMPTS = 5;

const MINUTE_SECONDS = 60;
/** Seconds that a send counts for the quotas: `assertMaySend` wants to know those of no longer ago. */
export const QUOTA_SECONDS = 86_400;
/** Codes that may leave for one phone number in 24 hours: for one purpose, and for all together. */
const DAILY_SENDS_PER_PURPOSE = 5;
const DAILY_SENDS = 10;

/** A code that left for a phone number. */
export interface Send {
  purpose: Purpose;
  sentAt: Date;
}

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

/** Whether `code` is the one behind `digest`, in time that does not depend on the answer. */
export function isCode(key: Uint8Array, binding: CodeBinding, code: string, digest: Uint8Array): boolean {
  return timingSafeEqual(codeDigest(key, binding, code), digest);
}

/**
 * A code as it was typed: white space and invisible characters removed, any Unicode digit as ASCII.
 * Null when that does not leave six digits, so that it can't be right.
 */
export function parseCode(text: string): string | null {
  const code = asciiDigits(text.replace(/[\s\p{Cf}-]/gu, ""));
  return /^[0-9]{6}$/.test(code) ? code : null;
}

/**
 * Throws RATE_LIMITED, with the seconds to wait, when one more code for `purpose` would break a sending
 * quota: 1 a minute and 5 in any 24 hours for the purpose, 10 in any 24 hours for the phone number.
 * `sends` are the number's sends of the last 24 hours, newest first.
 */
export function assertMaySend(sends: readonly Send[], purpose: Purpose, now: Date): void {
  const same = sends.filter((send) => send.purpose === purpose);
  const wait = Math.max(
    waitFor(same, 1, MINUTE_SECONDS, now),
    waitFor(same, DAILY_SENDS_PER_PURPOSE, QUOTA_SECONDS, now),
    waitFor(sends, DAILY_SENDS, QUOTA_SECONDS, now),
  );
  if (wait > 0) throw rateLimited(wait);
}

/** Seconds until fewer than `limit` of `sends` lie in the last `windowSeconds`; 0 or less when so already. */
function waitFor(sends: readonly Send[], limit: number, windowSeconds: number, now: Date): number {
  const blocking = sends[limit - 1];
  if (!blocking) return 0;
  return Math.ceil((blocking.sentAt.getTime() + windowSeconds * 1000 - now.getTime()) / 1000);
}
