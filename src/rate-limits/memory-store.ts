import { LRUCache } from "lru-cache";
import type { MonotonicClock } from "../system/clock.js";
import { CallLog, partMs } from "./call-log.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/** Memory for a key besides the entries of its log (string, log, map entry), in units of one entry (16 bytes). */
const KEY_COST_ENTRIES = 48;
const DEFAULT_CAPACITY_ENTRIES = 4_000_000;
/** The part of the capacity for keys that their caller chose, such as phone numbers. */
const CHOSEN_SHARE = 0.25;
/** How many of these keys one address may hold. More push out its own. */
const MAX_KEYS_PER_ADDRESS = 1_000;

/** The calls in a window. */
interface Counted {
  log: CallLog;
  /** The number that the window counts, as a digest. */
  phone: string | undefined;
}

/**
 * Sliding windows in the memory of this process. `consume` runs without a pause, so concurrent calls don't mix.
 * Counts by the monotonic clock: setting the system's time neither frees nor locks anybody.
 *
 * Holds 80,000 keys with a few calls each by default, in about 48 MB; a key has at most 101 entries. Beyond that the least recently used keys are dropped, so a flood of addresses costs counts and not the process. Keys that
 * callers choose have a part of their own, in which each address has its bound: one address's flood of numbers pushes
 * out nobody else's counts. There are no timers: calls that have left a window are dropped when its key is used again.
 *
 * `clear` looks at all keys that callers chose, some 20,000 by default, in a few milliseconds.
 */
export function createMemoryStore(
  clock: MonotonicClock,
  capacity = DEFAULT_CAPACITY_ENTRIES,
): RateLimitStore {
  const chosenKeys = createKeysByAddress((key) => chosen.delete(key));
  const callers = createCounts(capacity * (1 - CHOSEN_SHARE), () => {});
  const chosen = createCounts(capacity * CHOSEN_SHARE, chosenKeys.forget);

  const countsFor = (window: SlidingWindow) => (window.chosenBy === undefined ? callers : chosen);

  function logOf(window: SlidingWindow, now: number): CallLog {
    const log = countsFor(window).get(window.key)?.log ?? new CallLog();
    log.dropUntil(now - window.seconds * 1000);
    return log;
  }

  function charge(window: SlidingWindow, log: CallLog, now: number): void {
    log.add(now, partMs(window));
    // The cache computes the size of a value only when it is another one.
    countsFor(window).set(window.key, { log, phone: window.phone });
    if (window.chosenBy !== undefined) chosenKeys.use(window.chosenBy, window.key);
  }

  return {
    async consume(windows) {
      const now = clock.monotonicMs();
      const entries = windows.map((window) => ({ window, log: logOf(window, now) }));
      const isRefused = entries.some(({ window, log }) => log.calls >= window.limit);
      const usages = entries.map(({ window, log }): WindowUsage => {
        if (!isRefused) charge(window, log, now);
        const isFull = isRefused && log.calls >= window.limit;
        return {
          used: isFull ? window.limit + 1 : log.calls,
          resetMs: (log.oldest ?? now) + window.seconds * 1000 - now,
        };
      });
      let isHeld = !isRefused;
      return {
        usages,
        async giveBack() {
          const held = isHeld ? entries.filter(({ window }) => window.phone !== undefined) : [];
          isHeld = false;
          for (const { log } of held) log.remove(now);
        },
      };
    },
    async clear(phone) {
      const keys = [...chosen.entries()].flatMap(([key, counted]) => (counted.phone === phone ? [key] : []));
      for (const key of keys) chosen.delete(key);
    },
  };
}

/** Counts by key, of bounded size. Calls `onDropped` for each key that it no longer holds. */
function createCounts(capacity: number, onDropped: (key: string) => void): LRUCache<string, Counted> {
  return new LRUCache<string, Counted>({
    maxSize: Math.floor(capacity),
    sizeCalculation: ({ log }) => log.size + KEY_COST_ENTRIES,
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
