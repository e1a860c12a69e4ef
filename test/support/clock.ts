import { addSeconds, type Clock, type MonotonicClock } from "../../src/system/clock.js";

/** A clock that only the test moves. */
export interface TestClock extends Clock, MonotonicClock {
  /** Moves forward by `seconds`, which may be a fraction. */
  advance(seconds: number): void;
  /** Sets the time, as an operator does: no time passes for the monotonic clock. */
  set(iso: string): void;
}

export function testClock(iso = "2026-03-01T12:00:00Z"): TestClock {
  let now = new Date(iso);
  let elapsedMs = 0;
  return {
    now: () => now,
    monotonicMs: () => elapsedMs,
    advance(seconds) {
      elapsedMs += seconds * 1000;
      now = addSeconds(now, seconds);
    },
    set(to) {
      now = new Date(to);
    },
  };
}
