import { LRUCache } from "lru-cache";
import type { Clock } from "../system/clock.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/** Memory for a key besides its calls (string, array, map entry), in units of one call (8 bytes). */
const KEY_COST_CALLS = 48;
const DEFAULT_CAPACITY_CALLS = 4_000_000;

/**
 * Sliding windows in the memory of this process. `consume` runs without a pause, so concurrent calls don't mix.
 *
 * Holds `capacity` calls of 8 bytes, 4 million by default: about 32 MB, or 80,000 keys with a few calls each. Beyond
 * that the least recently used keys are dropped, so a flood of addresses costs counts and not the process. There
 * are no timers: calls that have left a window are dropped when its key is used again.
 */
export function createMemoryStore(clock: Clock, capacity = DEFAULT_CAPACITY_CALLS): RateLimitStore {
  /** The times of the calls in each window, oldest first, in milliseconds since the epoch. */
  const timesByKey = new LRUCache<string, number[]>({
    maxSize: capacity,
    sizeCalculation: (times) => times.length + KEY_COST_CALLS,
  });

  function timesIn(window: SlidingWindow, now: number): number[] {
    const times = timesByKey.get(window.key) ?? [];
    const firstLive = times.findIndex((time) => time + window.seconds * 1000 > now);
    times.splice(0, firstLive === -1 ? times.length : firstLive);
    return times;
  }

  function charge(window: SlidingWindow, times: number[], now: number): void {
    times.push(now);
    // The cache computes the size of an entry only when it is new.
    timesByKey.delete(window.key);
    timesByKey.set(window.key, times);
  }

  return {
    async consume(windows) {
      const now = clock.now().getTime();
      const entries = windows.map((window) => ({ window, times: timesIn(window, now) }));
      const isRefused = entries.some(({ window, times }) => times.length >= window.limit);
      return entries.map(({ window, times }): WindowUsage => {
        if (!isRefused) charge(window, times, now);
        const isFull = isRefused && times.length >= window.limit;
        const oldest = times[0] ?? now;
        return {
          used: isFull ? window.limit + 1 : times.length,
          resetMs: oldest + window.seconds * 1000 - now,
        };
      });
    },
  };
}
