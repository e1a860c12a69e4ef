import type { Challenge, Delivery } from "../challenge.js";
import { rateLimited } from "../errors.js";
import { addSeconds } from "../system/clock.js";
import type { Purpose } from "./code.js";

/** Minimum time (s) between two codes for one purpose. */
export const RESEND_SECONDS = 60;
/** Time (s) that a send counts towards the quotas: they need the sends of this period. */
export const QUOTA_SECONDS = 86_400;
/** Maximum number of codes sent to one phone number in 24 hours: for one purpose, and for all purposes together. */
export const DAILY_SENDS_PER_PURPOSE = 5;
const DAILY_SENDS = 10;

/** A code sent to a phone number. */
export interface Send {
  /** The id of the code. */
  id: string;
  purpose: Purpose;
  sentAt: Date;
  delivery: Delivery;
}

/** When another code may be sent, and how many more. */
export interface SendingState {
  /** Not before now. */
  resendAt: Date;
  sendsLeft: number;
}

/**
 * What the quotas leave for `purpose`: 1 send a minute and 5 in any 24 hours for the purpose, 10 in any 24 hours for
 * the phone number. `sends` are the number's sends of the last 24 hours, newest first.
 */
export function sendingState(sends: readonly Send[], purpose: Purpose, now: Date): SendingState {
  const { hasRoomAt } = tightestQuota(sends, purpose);
  const samePurpose = sends.filter((send) => send.purpose === purpose);
  const sendsLeft = Math.min(DAILY_SENDS_PER_PURPOSE - samePurpose.length, DAILY_SENDS - sends.length);
  return { resendAt: hasRoomAt && hasRoomAt > now ? hasRoomAt : now, sendsLeft: Math.max(0, sendsLeft) };
}

/**
 * Throws RATE_LIMITED when another code for `purpose` would exceed a quota. It describes the one with the longest wait,
 * and carries `challenge`, which tells a caller who may know it how to go on without that code.
 */
export function assertMaySend(
  sends: readonly Send[],
  purpose: Purpose,
  now: Date,
  challenge?: Challenge,
): void {
  const { limit, hasRoomAt } = tightestQuota(sends, purpose);
  if (!hasRoomAt || hasRoomAt <= now) return;
  const reachedLimit = { limit, resetAt: Math.ceil(hasRoomAt.getTime() / 1000) };
  throw rateLimited(Math.ceil((hasRoomAt.getTime() - now.getTime()) / 1000), reachedLimit, challenge);
}

/** The quota that has room last, and when; null: it has room. */
function tightestQuota(sends: readonly Send[], purpose: Purpose): { limit: number; hasRoomAt: Date | null } {
  const samePurpose = sends.filter((send) => send.purpose === purpose);
  const quotas = [
    { counted: samePurpose, limit: 1, seconds: RESEND_SECONDS },
    { counted: samePurpose, limit: DAILY_SENDS_PER_PURPOSE, seconds: QUOTA_SECONDS },
    { counted: sends, limit: DAILY_SENDS, seconds: QUOTA_SECONDS },
  ];
  const waits = quotas.map(({ counted, limit, seconds }) => {
    const blocking = counted[limit - 1];
    return { limit, hasRoomAt: blocking ? addSeconds(blocking.sentAt, seconds) : null };
  });
  return waits.reduce((a, b) => (Number(b.hasRoomAt) > Number(a.hasRoomAt) ? b : a));
}
