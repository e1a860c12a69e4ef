import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Challenge, Delivery } from "../gen/waterbill/identity/v1/challenge_pb.js";
import type { Clock } from "./clock.js";

/** The service's codes live this long. */
const CODE_LIFETIME_MS = 600_000;
/** Clocks of servers and proxies may differ by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/** How much time is left. Whole seconds, rounded up. */
export interface Countdown {
  secondsUntilResend: number;
  secondsUntilExpiry: number;
  /** Whether another code may be asked for: the wait is over, and sends are left. */
  canResend: boolean;
}

/** What is known about a code that was sent, and when to ask for another one. */
export interface CodeChallenge {
  /** Names the registration; in the response of Register alone. The client keeps it and sends it by itself. */
  readonly registration: string | undefined;
  readonly attemptsLeft: number;
  readonly sendsLeft: number;
  readonly codeLength: number;
  readonly delivery: "PENDING" | "ACCEPTED" | "DELIVERED" | "FAILED";
  /** The time that is left now, by a clock that only passes: the device's time of day has no effect. */
  countdown(): Countdown;
  /** Calls `onTick` now and each second, until the code has expired and another one may be sent. Returns a stop. */
  watch(onTick: (countdown: Countdown) => void): () => void;
}

/** Reads challenges, whose times are the server's. */
export interface Challenges {
  /** Takes the server's time from the `Date` of a response that has just arrived. */
  learn(headers: Headers): void;
  read(challenge: Challenge): CodeChallenge;
}

const DELIVERIES = {
  [Delivery.UNSPECIFIED]: "PENDING",
  [Delivery.PENDING]: "PENDING",
  [Delivery.ACCEPTED]: "ACCEPTED",
  [Delivery.DELIVERED]: "DELIVERED",
  [Delivery.FAILED]: "FAILED",
} as const;

export function createChallenges(clock: Clock): Challenges {
  /** The server's time minus the clock's, by the latest `Date`. */
  let learnedOffsetMs: number | undefined;
  /** The same, by the latest challenge that came without a usable `Date` (a proxy may hide it from pages of other origins). */
  let assumedOffsetMs: number | undefined;

  /** A `Date` is no use if it contradicts the lifetime of codes: a proxy with a wrong clock may have written it. */
  function isPlausible(offsetMs: number | undefined, expiresAtMs: number): offsetMs is number {
    if (offsetMs === undefined) return false;
    const leftMs = expiresAtMs - offsetMs - clock.now();
    return leftMs > -CLOCK_TOLERANCE_MS && leftMs < CODE_LIFETIME_MS + CLOCK_TOLERANCE_MS;
  }

  function offsetFor(expiresAtMs: number): number {
    if (isPlausible(learnedOffsetMs, expiresAtMs)) return learnedOffsetMs;
    if (isPlausible(assumedOffsetMs, expiresAtMs)) return assumedOffsetMs;
    // The code was sent just now.
    assumedOffsetMs = expiresAtMs - CODE_LIFETIME_MS - clock.now();
    return assumedOffsetMs;
  }

  return {
    learn(headers) {
      // Cut to whole seconds, and older than now by its way here: a resend is never allowed too early.
      const date = Date.parse(headers.get("date") ?? "");
      if (!Number.isNaN(date)) learnedOffsetMs = date - clock.now();
    },
    read(message) {
      const expiresAtMs = message.expiresAt ? timestampMs(message.expiresAt) : 0;
      const resendAtMs = message.resendAt ? timestampMs(message.resendAt) : expiresAtMs;
      const offsetMs = offsetFor(expiresAtMs);
      const expiresAt = Math.min(expiresAtMs - offsetMs, clock.now() + CODE_LIFETIME_MS);
      const { registration, attemptsLeft, sendsLeft, codeLength } = message;
      return {
        registration,
        attemptsLeft,
        sendsLeft,
        codeLength,
        delivery: DELIVERIES[message.delivery] ?? "PENDING",
        ...createCountdown(clock, {
          resendAt: resendAtMs - offsetMs,
          expiresAt,
          sendsLeft,
        }),
      };
    },
  };
}

/** `resendAt` and `expiresAt` are times of the clock. */
function createCountdown(
  clock: Clock,
  { resendAt, expiresAt, sendsLeft }: { resendAt: number; expiresAt: number; sendsLeft: number },
): Pick<CodeChallenge, "countdown" | "watch"> {
  function countdownAt(now: number): Countdown {
    const secondsUntil = (time: number) => Math.max(0, Math.ceil((time - now) / 1000));
    const secondsUntilResend = secondsUntil(resendAt);
    return {
      secondsUntilResend,
      secondsUntilExpiry: secondsUntil(expiresAt),
      canResend: secondsUntilResend === 0 && sendsLeft > 0,
    };
  }

  /** When a number of the countdown that is true at `now` changes next. */
  function nextChange(now: number): number {
    const left = [resendAt, expiresAt].map((time) => time - now).filter((ms) => ms > 0);
    return now + Math.min(...left.map((ms) => ms % 1000 || 1000));
  }

  async function tick(onTick: (countdown: Countdown) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // The end may come while `onTick` runs.
      const shownAt = clock.now();
      const shown = countdownAt(shownAt);
      onTick(shown);
      if (shown.secondsUntilResend === 0 && shown.secondsUntilExpiry === 0) return;
      await clock.sleep(Math.max(0, nextChange(shownAt) - clock.now()), signal);
    }
  }

  return {
    countdown: () => countdownAt(clock.now()),
    watch(onTick) {
      const stop = new AbortController();
      void tick(onTick, stop.signal);
      return () => stop.abort();
    },
  };
}
