import type { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Random } from "../system/random.js";
import { CONSUME_SCRIPT } from "./consume-script.js";
import { createPhoneEpochs } from "./phone-epochs.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/**
 * Sliding windows in one Redis, shared by all processes that use the same `prefix`. Rejects when Redis fails.
 *
 * Each window of a call is charged by its own script run with one key, as Redis Cluster demands. The commands of a
 * call, and of all calls in the same turn of the event loop, leave in one write: a call takes one round trip, and Redis
 * normally runs its commands back to back. When a window refuses, a second write gives back the charges in the other
 * windows, and `consume` resolves after that.
 *
 * - At most `limit` calls pass in any window, because a script run is atomic and every charge counts.
 * - A give-back removes only the charge of its own call: the charge has a random 48-bit id.
 * - Between charge and give-back other calls count the charge too: for one round trip, or until the method has refused
 *   the call (`Charge.giveBack`). If it fills a window, they are refused and told the reset time of a full window, although
 *   there is room again a moment later.
 * - When the process ends or Redis fails before the give-back, the charge stays until it leaves the window.
 *
 * A call with a phone number takes one round trip more, which reads whether its windows were cleared (phone-epochs.ts).
 */
export function createRedisStore(redis: Redis, prefix: string, random: Random): RateLimitStore {
  // ioredis reads the option at each command.
  redis.options.enableAutoPipelining = true;
  const limiters = new Map<string, RateLimiterRedis>();
  const epochs = createPhoneEpochs(redis, prefix, random);

  /** One limiter for each rate, created on first use. */
  function limiterFor({ limit, seconds }: SlidingWindow): RateLimiterRedis {
    const rate = `${limit}/${seconds}`;
    const known = limiters.get(rate);
    if (known) return known;
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: "",
      points: limit,
      duration: seconds,
      customIncrTtlLuaScript: CONSUME_SCRIPT,
    });
    limiters.set(rate, limiter);
    return limiter;
  }

  async function charge(window: SlidingWindow, chargeId: number): Promise<WindowUsage> {
    const result = await limiterFor(window)
      .consume(window.key, chargeId)
      .catch((reason: unknown) => {
        if (reason instanceof RateLimiterRes) return reason;
        throw reason;
      });
    return { used: result.consumedPoints, resetMs: result.msBeforeNext };
  }

  async function giveBack(window: SlidingWindow, chargeId: number): Promise<void> {
    await limiterFor(window).reward(window.key, chargeId);
  }

  /** The windows under their keys in Redis. */
  async function locate(windows: readonly SlidingWindow[]): Promise<SlidingWindow[]> {
    const suffixes = new Map<string, string>();
    for (const { phone } of windows) {
      if (phone !== undefined && !suffixes.has(phone)) suffixes.set(phone, await epochs.keySuffix(phone));
    }
    return windows.map((window) => {
      const suffix = suffixes.get(window.phone ?? "") ?? "";
      return { ...window, key: `${prefix}${window.key}${suffix}` };
    });
  }

  return {
    async consume(windows) {
      const located = await locate(windows);
      const mayGiveBack = located.length > 1 || located.some(countsPhone);
      const chargeId = mayGiveBack ? randomChargeId(random) : 1;
      const giveBackTo = async (charged: readonly SlidingWindow[]) => {
        await Promise.all(charged.map((window) => giveBack(window, chargeId)));
      };

      const usages = await Promise.all(located.map((window) => charge(window, chargeId)));
      const isCharged = located.map(({ limit }, i) => usages[i]!.used <= limit);
      if (!isCharged.includes(false)) {
        return { usages, giveBack: () => giveBackTo(located.filter(countsPhone)) };
      }

      await giveBackTo(located.filter((_, i) => isCharged[i]));
      return {
        usages: usages.map(({ used, resetMs }, i) => ({ used: isCharged[i] ? used - 1 : used, resetMs })),
        giveBack: async () => {},
      };
    },
    clear: epochs.begin,
  };
}

const countsPhone = ({ phone }: SlidingWindow) => phone !== undefined;

/** 2 to 2^48 + 1. */
function randomChargeId(random: Random): number {
  return random.bytes(6).readUIntBE(0, 6) + 2;
}
