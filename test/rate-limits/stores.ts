import { Redis } from "ioredis";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { createRedisStore } from "../../src/rate-limits/redis-store.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "../../src/rate-limits/store.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";

/** Stores that count together, as those of several processes do, and a way to let time pass for them. */
export interface TestStores {
  stores: readonly [RateLimitStore, ...RateLimitStore[]];
  advance(minutes: number): Promise<void>;
  close(): void;
}

export function memoryStores(): TestStores {
  const clock = testClock();
  return {
    stores: [createMemoryStore(clock)],
    advance: async (minutes) => clock.advance(60 * minutes),
    close: () => {},
  };
}

/**
 * Stores on three connections to the tests' Redis. Its clock can't be moved, so `advance` makes calls older. It can't be
 * stopped either, so windows are long: the seconds that a test takes on a busy machine make no difference.
 */
export function redisStores(): TestStores & { redis: Redis; prefix: string } {
  const prefix = testKeyPrefix();
  const redis = new Redis(testRedisUrl());
  const others = [new Redis(testRedisUrl()), new Redis(testRedisUrl())];
  return {
    redis,
    prefix,
    stores: [
      createRedisStore(redis, prefix, systemRandom),
      ...others.map((connection) => createRedisStore(connection, prefix, systemRandom)),
    ],
    async advance(minutes) {
      for (const key of await redis.keys(`${prefix}*`)) {
        const entries = await redis.lrange(key, 0, -1);
        const remainingMs = await redis.pttl(key);
        // The time of an entry is its digits before the first point, if there is one.
        const older = entries.map((entry) =>
          entry.replace(/^\d+/, (time) => `${Number(time) - minutes * 60_000}`),
        );
        await redis
          .multi()
          .del(key)
          .rpush(key, ...older)
          .pexpire(key, remainingMs)
          .exec();
      }
    },
    close() {
      for (const connection of [redis, ...others]) connection.disconnect();
    },
  };
}

type Counting = Pick<RateLimitStore, "consume">;

export const perMinute = (key: string, limit: number): SlidingWindow => ({ key, limit, seconds: 60 });
export const perHour = (key: string, limit: number): SlidingWindow => ({ key, limit, seconds: 3600 });

/** A window of a phone number that an address calls for. */
export const ofPhone = (phone: string, address: string, limit: number): SlidingWindow => ({
  ...{ key: `resend_code:3600:${phone}@${address}`, limit, seconds: 3600 },
  ...{ phone, chosenBy: address },
});

/** Consumes `windows` `times` times, one after the other. Returns for each time whether the call passed. */
export async function consumeTimes(
  store: Counting,
  times: number,
  windows: readonly SlidingWindow[],
): Promise<boolean[]> {
  const passed: boolean[] = [];
  for (let i = 0; i < times; i++) passed.push(await passes(store, windows));
  return passed;
}

export async function usagesOf(store: Counting, windows: readonly SlidingWindow[]): Promise<WindowUsage[]> {
  return (await store.consume(windows)).usages;
}

export async function passes(store: Counting, windows: readonly SlidingWindow[]): Promise<boolean> {
  const usages = await usagesOf(store, windows);
  return usages.every(({ used }, i) => used <= windows[i]!.limit);
}
