import type { Clock } from "./clock.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** When the next attempt may be made, after attempts that failed. */
export interface BackOff {
  /** 0: now. */
  waitMs(): number;
  /** What the server itself asked for of `waitMs`. */
  demandedMs(): number;
  /** Resolves when the next attempt may be made, or as soon as the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  failed(retryAfterSeconds: number | undefined): void;
  succeeded(): void;
  /** Ends the wait, except for what the server demanded. */
  skip(): void;
}

/** Exponential, with full jitter: thousands of devices that lost the same server come back one by one. */
export function createBackOff(clock: Clock, random: () => number): BackOff {
  let failures = 0;
  let jitterEndsAt = 0;
  let demandEndsAt = 0;
  const sleepers = new Set<() => void>();

  const until = (time: number) => Math.max(0, time - clock.now());
  const demandedMs = () => until(demandEndsAt);
  const waitMs = () => Math.max(until(jitterEndsAt), demandedMs());

  function wakeAll(): void {
    for (const wake of sleepers) wake();
  }

  return {
    waitMs,
    demandedMs,
    async wait(signal) {
      while (waitMs() > 0 && !signal.aborted) {
        const sleep = new AbortController();
        const wake = () => sleep.abort();
        sleepers.add(wake);
        signal.addEventListener("abort", wake);
        await clock.sleep(waitMs(), sleep.signal);
        signal.removeEventListener("abort", wake);
        sleepers.delete(wake);
      }
    },
    failed(retryAfterSeconds = 0) {
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      failures += 1;
      jitterEndsAt = clock.now() + random() * longest;
      demandEndsAt = clock.now() + retryAfterSeconds * 1000;
    },
    succeeded() {
      failures = 0;
      jitterEndsAt = 0;
      demandEndsAt = 0;
      wakeAll();
    },
    skip() {
      failures = 0;
      jitterEndsAt = 0;
      wakeAll();
    },
  };
}
