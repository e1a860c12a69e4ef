import { LRUCache } from "lru-cache";
import type { MonotonicClock } from "../system/clock.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/** Memory for a key besides its calls (string, array, map entry), in units of one call (8 bytes). */
const KEY_COST_CALLS = 48;
const DEFAULT_CAPACITY_CALLS = 4_000_000;
/** The part of the capacity for keys that their caller chose, such as phone numbers. */
const CHOSEN_SHARE = 0.25;
/** How many of these keys one address may hold. More push out its own. */
const MAX_KEYS_PER_ADDRESS = 1_000;

/** The calls in a window. */
interface Counted {
  /** When each call was made, oldest first, in milliseconds of the monotonic clock. */
  times: number[];
  /** The number that the window counts, as a digest. */
  phone: string | undefined;
}

/**
 * Sliding windows in the memory of this process. `consume` runs without a pause, so concurrent calls don't mix.
 * Counts by the monotonic clock: setting the system's time neither frees nor locks anybody.
 *
 * Holds `capacity` calls of 8 bytes, 4 million by default: about 32 MB, or 80,000 keys with a few calls each. Beyond
 * that the least recently used keys are dropped, so a flood of addresses costs counts and not the process. Keys that
 * callers choose have a part of their own, in which each address has its bound: one address's flood of numbers pushes
 * out nobody else's counts. There are no timers: calls that have left a window are dropped when its key is used again.
 *
 * `clear` looks at all keys that callers chose, some 20,000 by default, in a few milliseconds.
 */
export function createMemoryStore(clock: MonotonicClock, capacity = DEFAULT_CAPACITY_CALLS): RateLimitStore {
  const chosenKeys = createKeysByAddress((key) => chosen.delete(key));
  const callers = createCounts(capacity * (1 - CHOSEN_SHARE), () => {});
  const chosen = createCounts(capacity * CHOSEN_SHARE, chosenKeys.forget);

  const countsFor = (window: SlidingWindow) => (window.chosenBy === undefined ? callers : chosen);

  function timesIn(window: SlidingWindow, now: number): number[] {
    const times = countsFor(window).get(window.key)?.times ?? [];
    const firstLive = times.findIndex((time) => time + window.seconds * 1000 > now);
    times.splice(0, firstLive === -1 ? times.length : firstLive);
    return times;
  }

  function charge(window: SlidingWindow, times: number[], now: number): void {
    times.push(now);
    // The cache computes the size of a value only when it is another one.
    countsFor(window).set(window.key, { times, phone: window.phone });
    if (window.chosenBy !== undefined) chosenKeys.use(window.chosenBy, window.key);
  }

  return {
    async consume(windows) {
      const now = clock.monotonicMs();
      const entries = windows.map((window) => ({ window, times: timesIn(window, now) }));
      const isRefused = entries.some(({ window, times }) => times.length >= window.limit);
      const usages = entries.map(({ window, times }): WindowUsage => {
        if (!isRefused) charge(window, times, now);
        const isFull = isRefused && times.length >= window.limit;
        const oldest = times[0] ?? now;
        return {
          used: isFull ? window.limit + 1 : times.length,
          resetMs: oldest + window.seconds * 1000 - now,
        };
      });
      let isHeld = !isRefused;
      return {
        usages,
        async giveBack() {
          const held = isHeld ? entries.filter(({ window }) => window.phone !== undefined) : [];
          isHeld = false;
          for (const { times } of held) removeOne(times, now);
        },
      };
    },
    async clear(phone) {
      const keys = [...chosen.entries()].flatMap(([key, counted]) => (counted.phone === phone ? [key] : []));
      for (const key of keys) chosen.delete(key);
    },
  };
}

/** Removes one entry that equals `time`, if there is one. Calls of the same time are alike. */
function removeOne(times: number[], time: number): void {
  const index = times.lastIndexOf(time);
  if (index >= 0) times.splice(index, 1);
}

/** Counts by key, of bounded size. Calls `onDropped` for each key that it no longer holds. */
function createCounts(capacity: number, onDropped: (key: string) => void): LRUCache<string, Counted> {
  return new LRUCache<string, Counted>({
    maxSize: Math.floor(capacity),
    sizeCalculation: ({ times }) => times.length + KEY_COST_CALLS,
    dispose(_, key, reason) {
      if (reason !== "set") onDropped(key);
    },
  });
}

/** The keys that each address holds, the least recently used first. `drop` removes a key that is one too many. */
function createKeysByAddress(drop: (key: string) => void) {
  const keysOf = new Map<string, Set<string>>();
  const holderOf = new Map<string, string>();
  return {
    use(address: string, key: string): void {
      const keys = keysOf.get(address) ?? new Set();
      keysOf.set(address, keys);
      holderOf.set(key, address);
      keys.delete(key);
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > MAX_KEYS_PER_ADDRESS && oldest !== undefined) drop(oldest);
    },
    forget(key: string): void {
      const address = holderOf.get(key) ?? "";
      const keys = keysOf.get(address);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(address);
      holderOf.delete(key);
    },
  };
}
