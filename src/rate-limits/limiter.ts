import type { Clock, MonotonicClock } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import type { Random } from "../system/random.js";
import type { Tracing } from "../telemetry/tracing.js";
import { createFallbackStore } from "./fallback-store.js";
import { phoneDigest } from "./keys.js";
import { createMemoryStore } from "./memory-store.js";
import type { Charge, SlidingWindow, WindowUsage } from "./store.js";

/**
 * Whether a call may proceed, and the figures of its tightest window. Of the windows that refuse the call, that is
 * the one that refuses it for longest. If none refuses, it is the one with the fewest calls remaining, and among
 * equals the one that resets last.
 */
export interface Verdict {
  allowed: boolean;
  /** Calls that the window allows in its span. */
  limit: number;
  /** Calls that the window still allows now. */
  remaining: number;
  /** When the oldest call leaves the window and `remaining` grows, in whole seconds since the epoch. */
  resetAt: number;
  /** Whole seconds until this call would pass, at least 1. 0 when it was allowed. */
  retryAfterSeconds: number;
}

/** Decides whether a call exceeds its limits. */
export interface Limiter {
  /** Charges a call to all `windows`, at least one, or to none when one of them is full. Never rejects. */
  consume(windows: readonly SlidingWindow[]): Promise<Verdict & Pick<Charge, "giveBack">>;
  /**
   * Starts the windows of a normalized phone number anew, at every address. Resolves with whether that holds for all
   * processes: in Redis it does. If there is no Redis, or it doesn't work, only this process's memory is cleared. Never
   * rejects.
   */
  clear(phone: string): Promise<boolean>;
  /** Whether this process counts in its memory although there is a Redis. */
  isInMemory(): boolean;
  close(): void;
}

export interface LimiterDeps {
  clock: Clock & MonotonicClock;
  random: Random;
  logger: Logger;
  /** The Redis that all processes share. Undefined: each process counts in its own memory. */
  redisUrl: string | undefined;
  /** Before every key in Redis. */
  redisPrefix?: string;
  /** Called with the names of the limits that refuse a call. */
  onRefused?(limits: ReadonlySet<string>): void;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
}

/** The form of the data in Redis. Another one needs other keys: a window that can't be read is replaced. */
const DATA_VERSION = "2:";

/** While Redis does not work, the limiter counts in memory (see createFallbackStore). */
export function createLimiter({
  clock,
  random,
  logger,
  redisUrl,
  redisPrefix = "waterbill:limits:",
  onRefused = () => {},
  tracing,
}: LimiterDeps): Limiter {
  const memoryStore = createMemoryStore(clock);
  const store = redisUrl
    ? createFallbackStore({
        redisUrl,
        redisPrefix: redisPrefix + DATA_VERSION,
        memoryStore,
        clock,
        random,
        logger,
        tracing,
      })
    : {
        consume: memoryStore.consume,
        clear: (phone: string) => memoryStore.clear(phone).then(() => false),
        isInMemory: () => false,
        close: () => {},
      };
  return {
    async consume(windows) {
      const { usages, giveBack } = await store.consume(windows);
      const verdict = verdictOf(windows, usages, clock.now());
      if (!verdict.allowed) onRefused(refusing(windows, usages));
      return { ...verdict, giveBack };
    },
    clear: (phone) => store.clear(phoneDigest(phone)),
    isInMemory: store.isInMemory,
    close: store.close,
  };
}

/** The names of the limits whose windows are full. */
function refusing(windows: readonly SlidingWindow[], usages: readonly WindowUsage[]): Set<string> {
  const full = windows.filter(({ limit }, i) => usages[i]!.used > limit);
  return new Set(full.map(({ key }) => key.slice(0, key.indexOf(":"))));
}

/** The verdict at `now` on a call with these `windows` and their `usages`. */
export function verdictOf(
  windows: readonly SlidingWindow[],
  usages: readonly WindowUsage[],
  now: Date,
): Verdict {
  const [tightest] = windows
    .map(({ limit }, i) => {
      const { used, resetMs } = usages[i]!;
      return { limit, resetMs, refuses: used > limit, remaining: Math.max(0, limit - used) };
    })
    .sort(
      (a, b) => Number(b.refuses) - Number(a.refuses) || a.remaining - b.remaining || b.resetMs - a.resetMs,
    );
  const { limit, remaining, resetMs, refuses } = tightest!;
  return {
    allowed: !refuses,
    limit,
    remaining,
    resetAt: Math.ceil((now.getTime() + resetMs) / 1000),
    retryAfterSeconds: refuses ? Math.max(1, Math.ceil(resetMs / 1000)) : 0,
  };
}
