import { setImmediate as nextTurn } from "node:timers/promises";
import type { MonotonicClock } from "../../src/system/clock.js";

/** A clock whose time passes only while `pass` waits for something that waits for the clock. */
export interface VirtualTime {
  clock: MonotonicClock;
  /** Resolves after `milliseconds` of virtual time. */
  wait(milliseconds: number): Promise<void>;
  /** `call`, which takes real time and no virtual time. */
  instant<Args extends unknown[], T>(call: (...args: Args) => Promise<T>): (...args: Args) => Promise<T>;
  /** Resolves when no such call is running. */
  settle(): Promise<void>;
  /** Lets time pass until `work` is done, and returns what it resolves with. */
  pass<T>(work: Promise<T>): Promise<T>;
}

export function virtualTime(): VirtualTime {
  let nowMs = 0;
  let instantCalls = 0;
  const timers: { atMs: number; resolve: () => void }[] = [];

  function runNextTimer(): void {
    timers.sort((a, b) => a.atMs - b.atMs);
    const timer = timers.shift();
    if (!timer) return;
    nowMs = timer.atMs;
    timer.resolve();
  }

  return {
    clock: { monotonicMs: () => nowMs },
    wait: (milliseconds) =>
      new Promise((resolve) => timers.push({ atMs: nowMs + milliseconds, resolve: () => resolve() })),
    instant:
      (call) =>
      async (...args) => {
        instantCalls += 1;
        try {
          return await call(...args);
        } finally {
          instantCalls -= 1;
        }
      },
    async settle() {
      do await nextTurn();
      while (instantCalls > 0);
    },
    async pass(work) {
      let isDone = false;
      const end = () => {
        isDone = true;
      };
      work.then(end, end);
      for (;;) {
        await nextTurn();
        if (isDone) return work;
        if (instantCalls === 0) runNextTimer();
      }
    },
  };
}
