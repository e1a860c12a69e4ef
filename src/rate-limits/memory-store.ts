import { LRUCache } from "lru-cache";
import type { Clock } from "../system/clock.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/** What a key costs beside its calls (the string, the list, the map's entry), in calls of 8 bytes. */
const KEY_COST = 48;

/**
 * Windows in this process's memory. `take` does its work before it returns, so nothing comes in between.
 *
 * Holds `capacity` calls of 8 bytes, 4 million by default: about 32 MB, or 80,000 keys with a few calls each.
 * Beyond that the keys unused for longest are forgotten, so a flood of addresses ends in forgotten counts,
 * not in an exhausted process. There are no timers: what is over is dropped when its key is used again.
 */
export function createMemoryStore(clock: Clock, capacity = 4_000_000): RateLimitStore {
  /** The times of the calls in each window, oldest first, in milliseconds since the epoch. */
  const calls = new LRUCache<string, number[]>({
    maxSize: capacity,
    sizeCalculation: (times) => times.length + KEY_COST,
  });

  function timesOf(window: SlidingWindow, now: number): number[] {
    const times = calls.get(window.key) ?? [];
    const firstLive = times.findIndex((time) => time + window.seconds * 1000 > now);
    times.splice(0, firstLive === -1 ? times.length : firstLive);
    return times;
  }

  function record(window: SlidingWindow, times: number[], now: number): void {
    times.push(now);
    // The cache measures an entry only when it is new.
    calls.delete(window.key);
    calls.set(window.key, times);
  }

  return {
    async consume(windows) {
      const now = clock.now().getTime();
      const entries = windows.map((window) => ({ window, times: timesOf(window, now) }));
      const refused = entries.some(({ window, times }) => times.length >= window.limit);
      return entries.map(({ window, times }): WindowUsage => {
        if (!refused) record(window, times, now);
        const full = refused && times.length >= window.limit;
        const oldest = times[0] ?? now;
        return {
          used: full ? window.limit + 1 : times.length,
          resetMs: oldest + window.seconds * 1000 - now,
        };
      });
    },
  };
}
