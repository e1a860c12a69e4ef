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
 * Throws RATE_LIMITED when another code for `purpose` would exceed a sending quota: 1 a minute and 5 in any 24 hours
 * for the purpose, 10 in any 24 hours for the phone number. The error describes the quota with the longest wait.
 * `sends` are the number's sends of the last 24 hours, newest first.
 */
export function assertMaySend(sends: readonly Send[], purpose: Purpose, now: Date): void {
  const samePurpose = sends.filter((send) => send.purpose === purpose);
  const quotas = [
    { counted: samePurpose, limit: 1, seconds: MINUTE_SECONDS },
    { counted: samePurpose, limit: DAILY_SENDS_PER_PURPOSE, seconds: QUOTA_SECONDS },
    { counted: sends, limit: DAILY_SENDS, seconds: QUOTA_SECONDS },
  ];
  const waits = quotas.map(({ counted, limit, seconds }) => {
    const blocking = counted[limit - 1];
    const hasRoomAt = blocking ? blocking.sentAt.getTime() + seconds * 1000 : 0;
    return { limit, hasRoomAt };
  });
  const longest = waits.reduce((a, b) => (b.hasRoomAt > a.hasRoomAt ? b : a));
  const waitMs = longest.hasRoomAt - now.getTime();
  if (waitMs <= 0) return;
  throw rateLimited(Math.ceil(waitMs / 1000), {
    limit: longest.limit,
    resetAt: Math.ceil(longest.hasRoomAt / 1000),
  });
}
