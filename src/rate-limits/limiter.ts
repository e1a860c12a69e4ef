import type { Clock } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import { createFallbackStore } from "./fallback-store.js";
import { createMemoryStore } from "./memory-store.js";
import type { SlidingWindow, WindowUsage } from "./store.js";

/**
 * Whether a call may go on, and the figures of the tightest of its windows: of those that refuse it the one that
 * refuses it for longest; if none does, the one that lets the fewest further calls through, and of several such
 * the one that stays so for longest.
 */
export interface Verdict {
  allowed: boolean;
  /** Calls that the window lets through in its span. */
  limit: number;
  /** Calls that the window would still let through now. */
  remaining: number;
  /** When the oldest call leaves the window, and `remaining` grows, in whole seconds since the epoch. */
  resetAt: number;
  /** Whole seconds until this call would pass, at least 1. 0 when it was allowed. */
  retryAfterSeconds: number;
}

/** Decides which calls are too many. */
export interface Limiter {
  /** Counts a call in all `windows`, at least one, or in none when one of them is full. Never rejects. */
  consume(windows: readonly SlidingWindow[]): Promise<Verdict>;
  close(): void;
}

export interface LimiterDeps {
  clock: Clock;
  logger: Logger;
  /** Where all processes count together. Absent: each counts for itself, in memory. */
  redisUrl: string | undefined;
  /** Before every key in Redis. */
  redisPrefix?: string;
}

/** Never rejects and never throws: with Redis in trouble it counts in memory (see createSharedWindows). */
export function createLimiter({
  clock,
  logger,
  redisUrl,
  redisPrefix = "waterbill:limits:",
}: LimiterDeps): Limiter {
  const memory = createMemoryStore(clock);
  const store = redisUrl
    ? createFallbackStore(redisUrl, redisPrefix, memory, logger)
    : { consume: memory.consume, close: () => {} };
  return {
    consume: async (windows) => verdictOf(windows, await store.consume(windows), clock.now()),
    close: store.close,
  };
}

/** The verdict on a call that `windows` counted as `counts`, at `now`. */
export function verdictOf(
  windows: readonly SlidingWindow[],
  counts: readonly WindowUsage[],
  now: Date,
): Verdict {
  const [tightest] = windows
    .map(({ limit }, i) => {
      const { used, resetMs } = counts[i]!;
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
