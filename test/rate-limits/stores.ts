import { Redis } from "ioredis";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { createRedisStore } from "../../src/rate-limits/redis-store.js";
import type { RateLimitStore, SlidingWindow } from "../../src/rate-limits/store.js";
import { testClock } from "../support/clock.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";

/** A place where windows are counted, and a way to let time pass in it. */
export interface TestWindows {
  /** As many processes have them: one store each, and all count together. */
  stores: readonly [RateLimitStore, ...RateLimitStore[]];
  advance(seconds: number): Promise<void>;
  close(): void;
}

export function memoryWindows(): TestWindows {
  const clock = testClock();
  return {
    stores: [createMemoryStore(clock)],
    advance: async (seconds) => clock.advance(seconds),
    close: () => {},
  };
}

/** Three connections to the tests' Redis. Its clock can't be moved, so calls are made older instead. */
export function redisWindows(): TestWindows & { redis: Redis; prefix: string } {
  const prefix = testKeyPrefix();
  const redis = new Redis(testRedisUrl());
  const others = [new Redis(testRedisUrl()), new Redis(testRedisUrl())];
  return {
    redis,
    prefix,
    stores: [
      createRedisStore(redis, prefix),
      ...others.map((connection) => createRedisStore(connection, prefix)),
    ],
    async advance(seconds) {
      for (const key of await redis.keys(`${prefix}*`)) {
        const times = await redis.lrange(key, 0, -1);
        const left = await redis.pttl(key);
        const older = times.map((time) => Number(time) - seconds * 1000);
        await redis
          .multi()
          .del(key)
          .rpush(key, ...older)
          .pexpire(key, left)
          .exec();
      }
    },
    close() {
      for (const connection of [redis, ...others]) connection.disconnect();
    },
  };
}

export const perMinute = (key: string, limit: number): SlidingWindow => ({ key, limit, seconds: 60 });

/** Takes `windows` one time after the other and says for each time whether the call was let through. */
export async function takeTimes(
  store: RateLimitStore,
  times: number,
  windows: readonly SlidingWindow[],
): Promise<boolean[]> {
  const passed: boolean[] = [];
  for (let i = 0; i < times; i++) passed.push(await passes(store, windows));
  return passed;
}

export async function passes(store: RateLimitStore, windows: readonly SlidingWindow[]): Promise<boolean> {
  const counts = await store.consume(windows);
  return counts.every(({ used }, i) => used <= windows[i]!.limit);
}
