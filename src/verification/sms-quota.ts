import { rateLimited } from "../errors.js";
import type { Purpose } from "./code.js";

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
