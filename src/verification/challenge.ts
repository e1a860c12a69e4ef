import type { Challenge } from "../challenge.js";
import { addSeconds } from "../system/clock.js";
import { CODE_TTL_SECONDS, MAX_ATTEMPTS } from "./code.js";
import {
  DAILY_SENDS_PER_NETWORK,
  RESEND_SECONDS,
  type Send,
  type SendRequest,
  sendingState,
} from "./sms-quota.js";

/** What a challenge says about the codes of one purpose. */
interface ChallengeInput {
  /** The caller, as the quotas see a code for the purpose. */
  request: SendRequest;
  /** The phone number's sends of the last 24 hours, newest first. */
  sends: readonly Send[];
  /** The code sent last; null when none is left. */
  newest: { id: string; expiresAt: Date } | null;
  /** Counted wrong attempts at the live codes. */
  attempts: number;
}

/** The true challenge: only for callers whom contract.md, section 3, allows to know it. */
export function trueChallenge({ request, sends, newest, attempts }: ChallengeInput, now: Date): Challenge {
  const { resendAt, sendsLeft } = sendingState(sends, request, now);
  const send = sends.find(({ id }) => id === newest?.id);
  return {
    expiresAt: newest?.expiresAt ?? now,
    resendAt,
    attemptsLeft: newest ? Math.max(0, MAX_ATTEMPTS - attempts) : 0,
    sendsLeft,
    delivery: send?.delivery ?? "pending",
  };
}

/** The challenge for everybody else: it says nothing about the phone number. */
export function constantChallenge(now: Date): Challenge {
  return {
    expiresAt: addSeconds(now, CODE_TTL_SECONDS),
    resendAt: addSeconds(now, RESEND_SECONDS),
    attemptsLeft: MAX_ATTEMPTS,
    sendsLeft: DAILY_SENDS_PER_NETWORK,
    delivery: "pending",
  };
}
