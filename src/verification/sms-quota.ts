import { rateLimited } from "../errors.js";
import type { Purpose } from "./code.js";

const MINUTE_SECONDS = 60;
/** Time (s) that a send counts towards the quotas: `assertMaySend` needs the sends of this period. */
export const QUOTA_SECONDS = 86_400;
/** Maximum number of codes sent to one phone number in 24 hours: for one purpose, and for all purposes together. */
const DAILY_SENDS_PER_PURPOSE = 5;
const DAILY_SENDS = 10;

/** A code sent to a phone number. */
export interface Send {
  purpose: Purpose;
  sentAt: Date;
}

/**
 * Throws RATE_LIMITED, with the seconds to wait, when another code for `purpose` would exceed a sending quota:
 * 1 a minute and 5 in any 24 hours for the purpose, 10 in any 24 hours for the phone number.
 * `sends` are the number's sends of the last 24 hours, newest first.
 */
export function assertMaySend(sends: readonly Send[], purpose: Purpose, now: Date): void {
  const samePurpose = sends.filter((send) => send.purpose === purpose);
  const retryAfterSeconds = Math.max(
    secondsUntilBelow(samePurpose, 1, MINUTE_SECONDS, now),
    secondsUntilBelow(samePurpose, DAILY_SENDS_PER_PURPOSE, QUOTA_SECONDS, now),
    secondsUntilBelow(sends, DAILY_SENDS, QUOTA_SECONDS, now),
  );
  if (retryAfterSeconds > 0) throw rateLimited(retryAfterSeconds);
}

/** Seconds until the last `windowSeconds` contain fewer than `limit` of `sends`; 0 or less if they already do. */
function secondsUntilBelow(sends: readonly Send[], limit: number, windowSeconds: number, now: Date): number {
  const blocking = sends[limit - 1];
  if (!blocking) return 0;
  return Math.ceil((blocking.sentAt.getTime() + windowSeconds * 1000 - now.getTime()) / 1000);
}
