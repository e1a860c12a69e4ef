import type { Challenge, Delivery } from "../challenge.js";
import { rateLimitedUntil } from "../errors.js";
import { addSeconds } from "../system/clock.js";
import type { Purpose } from "./code.js";

/** Minimum time (s) between two codes for one purpose that one network asks for. */
export const RESEND_SECONDS = 60;
/** Time (s) that a send counts towards the quotas: they need the sends of this period. */
export const QUOTA_SECONDS = 86_400;
/** Maximum number of codes in 24 hours that one network may have sent to a phone number for one purpose. */
export const DAILY_SENDS_PER_NETWORK = 5;
/** Maximum number of codes sent to one phone number in 24 hours, and how many of them are the reserve. */
const DAILY_SENDS = 10;
const RESERVED_SENDS = 3;

/** A code sent to a phone number. */
export interface Send {
  /** The id of the code. */
  id: string;
  purpose: Purpose;
  /** The network that asked for it (`networkKey`); empty if an older version sent it. */
  network: string;
  sentAt: Date;
  delivery: Delivery;
}

/**
 * Whether a caller may use the reserve, the last sends of a number in 24 hours: always (the account's owner), only for
 * the first code that the caller's network asks for (a number without an account), or never (a stranger).
 */
export type ReserveAccess = "always" | "first_send" | "never";

/** A code that a caller asks for, as the quotas see it. */
export interface SendRequest {
  purpose: Purpose;
  /** The caller's network (`networkKey`). */
  network: string;
  reserve: ReserveAccess;
}

/** When another code may be sent, and how many more. */
export interface SendingState {
  /** Not before now. */
  resendAt: Date;
  sendsLeft: number;
}

/**
 * What the quotas leave for the caller: 1 send a minute and 5 in any 24 hours for the purpose and the caller's network,
 * and 10 in any 24 hours for the phone number, less the reserve for callers who may not use it. `sends` are the number's
 * sends of the last 24 hours, newest first.
 */
export function sendingState(sends: readonly Send[], request: SendRequest, now: Date): SendingState {
  const { hasRoomAt } = tightestQuota(sends, request);
  const own = ownSends(sends, request);
  const sendsLeft = Math.min(DAILY_SENDS_PER_NETWORK - own.length, dailySends(sends, request) - sends.length);
  return { resendAt: hasRoomAt && hasRoomAt > now ? hasRoomAt : now, sendsLeft: Math.max(0, sendsLeft) };
}

/**
 * Throws RATE_LIMITED when another code for the caller would exceed a quota. It describes the one with the longest wait,
 * and carries `challenge`, which tells a caller who may know it how to go on without that code.
 */
export function assertMaySend(
  sends: readonly Send[],
  request: SendRequest,
  now: Date,
  challenge?: Challenge,
): void {
  const { limit, hasRoomAt } = tightestQuota(sends, request);
  if (!hasRoomAt || hasRoomAt <= now) return;
  throw rateLimitedUntil(hasRoomAt, { limit, now, challenge });
}

/** The sends that the caller's network asked for, for the same purpose. */
function ownSends(sends: readonly Send[], { purpose, network }: SendRequest): Send[] {
  return sends.filter((send) => send.purpose === purpose && send.network === network);
}

/** The codes that the phone number may be sent in 24 hours, as far as this caller may use them. */
function dailySends(sends: readonly Send[], { network, reserve }: SendRequest): number {
  const isFirst = sends.every((send) => send.network !== network);
  const usesReserve = reserve === "always" || (reserve === "first_send" && isFirst);
  return usesReserve ? DAILY_SENDS : DAILY_SENDS - RESERVED_SENDS;
}

/** The quota that has room last, and when; null: it has room. */
function tightestQuota(
  sends: readonly Send[],
  request: SendRequest,
): { limit: number; hasRoomAt: Date | null } {
  const own = ownSends(sends, request);
  const quotas = [
    { counted: own, limit: 1, seconds: RESEND_SECONDS },
    { counted: own, limit: DAILY_SENDS_PER_NETWORK, seconds: QUOTA_SECONDS },
    { counted: sends, limit: dailySends(sends, request), seconds: QUOTA_SECONDS },
  ];
  const waits = quotas.map(({ counted, limit, seconds }) => {
    const blocking = counted[limit - 1];
    return { limit, hasRoomAt: blocking ? addSeconds(blocking.sentAt, seconds) : null };
  });
  return waits.reduce((a, b) => (Number(b.hasRoomAt) > Number(a.hasRoomAt) ? b : a));
}
