import { addSeconds, type Clock } from "../../src/system/clock.js";

/** A clock that only the test moves. */
export interface TestClock extends Clock {
  /** Moves forward by `seconds`, which may be a fraction. */
  advance(seconds: number): void;
  set(iso: string): void;
}

export function testClock(iso = "2026-03-01T12:00:00Z"): TestClock {
  let now = new Date(iso);
  return {
    now: () => now,
    advance(seconds) {
      now = addSeconds(now, seconds);
    },
    set(to) {
      now = new Date(to);
    },
  };
}
