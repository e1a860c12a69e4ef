import { setTimeout as delay } from "node:timers/promises";

/** Measures and waits, independently of the clock, which may be set. Passed in so that tests don't sleep. */
export interface Timer {
  /** Monotonic time in ms, from any start. */
  now(): number;
  /** Resolves after `milliseconds`. */
  wait(milliseconds: number): Promise<void>;
}

export const systemTimer: Timer = {
  now: () => performance.now(),
  wait: (milliseconds) => delay(milliseconds),
};
