import { setTimeout as delay } from "node:timers/promises";
import type { Traffic } from "../measure/slice.js";

/** Makes one call, and resolves when it is answered. Rejects if it fails. */
export type MakeCall = () => Promise<unknown>;

/**
 * Lets callers call for `durationMs`, each one again as soon as it has its answer, but at most every `everyMs`. Resolves when
 * the last answers are there.
 */
export async function callFor(
  durationMs: number,
  callers: readonly MakeCall[],
  everyMs = 0,
): Promise<Traffic> {
  const latenciesMs: number[] = [];
  const begin = performance.now();
  const end = begin + durationMs;
  await Promise.all(
    callers.map(async (call, index) => {
      // Spread, so that they don't all call at the same moment.
      let due = begin + (everyMs * index) / callers.length;
      for (let start = performance.now(); Math.max(start, due) < end; ) {
        if (due > start) await delay(due - start);
        due += everyMs;
        start = performance.now();
        await call();
        const now = performance.now();
        latenciesMs.push(now - start);
        start = now;
      }
    }),
  );
  return { calls: latenciesMs.length, latenciesMs };
}

/**
 * Calls every `everyMs` for `durationMs`, whether the calls before are answered or not: a server that responds late gets
 * no fewer calls. The latencies count from when each call was due.
 */
export async function callAtRate(durationMs: number, everyMs: number, call: MakeCall): Promise<Traffic> {
  const start = performance.now();
  const due = Array.from({ length: Math.ceil(durationMs / everyMs) }, (_, index) => start + index * everyMs);
  const latenciesMs = await Promise.all(
    due.map(async (dueAt) => {
      await delay(dueAt - performance.now());
      await call();
      return performance.now() - dueAt;
    }),
  );
  return { calls: latenciesMs.length, latenciesMs };
}
