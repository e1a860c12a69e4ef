import { type Cluster, Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Random } from "../system/random.js";
import { CONSUME_SCRIPT } from "./consume-script.js";
import { createPhoneEpochs } from "./phone-epochs.js";
import type { Charge, RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/**
 * Sliding windows in a Redis or a cluster, shared by all processes that use the same `prefix`. Rejects when Redis fails.
 *
 * Each window of a call is charged by its own script run with one key, on the node of that key. The commands of a call,
 * and of all calls in the same turn of the event loop, leave in one write to each node: a call takes one round trip, and
 * a Redis normally runs its commands back to back. When a window refuses, a second write gives back the charges in the
 * other windows, and `consume` resolves after that.
 *
 * - At most `limit` calls pass in any window, because a script run is atomic and every charge counts.
 * - A give-back removes only the charge of its own call: the charge has a random 48-bit id.
 * - Between charge and give-back other calls count the charge too: for one round trip, or until the method has refused
 *   the call (`Charge.giveBack`). If it fills a window, they are refused and told the reset time of a full window, although
 *   there is room again a moment later.
 * - When the process ends or Redis fails before the give-back, the charge stays until it leaves the window.
 *
 * The same write reads whether a number's windows were cleared (phone-epochs.ts). Few ever were; a call for one of them
 * gives its charges back and charges the current windows instead.
 *
 * A key that holds something else than a window is replaced by one. `onReplaced` gets the first part of the key: the name
 * of the limit.
 */
export function createRedisStore(
  redis: Redis | Cluster,
  prefix: string,
  random: Random,
  onReplaced: (name: string) => void = () => {},
): RateLimitStore {
  // ioredis reads the option at each command. A BatchingCluster needs none.
  if (redis instanceof Redis) redis.options.enableAutoPipelining = true;
  const limiters = new Map<string, RateLimiterRedis>();
  const reportReplaced = (key: string) => onReplaced(key.slice(prefix.length).split(":", 1)[0]!);
  const epochs = createPhoneEpochs(redis, prefix, random, reportReplaced);

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

  // Defines the command that runs the script: what leaves in one write knows only commands that were defined before.
  limiterFor({ key: "", limit: 1, seconds: 1 });

  async function charge(window: SlidingWindow, chargeId: number): Promise<WindowUsage> {
    const result = await limiterFor(window)
      .consume(window.key, chargeId)
      .catch((reason: unknown) => {
        if (reason instanceof RateLimiterRes) return reason;
        throw reason;
      });
    if (result.msBeforeNext < 0) reportReplaced(window.key);
    return { used: result.consumedPoints, resetMs: Math.abs(result.msBeforeNext) };
  }

  const chargeAll = (windows: readonly SlidingWindow[], chargeId: number) =>
    Promise.all(windows.map((window) => charge(window, chargeId)));

  async function giveBack(windows: readonly SlidingWindow[], chargeId: number): Promise<void> {
    await Promise.all(windows.map((window) => limiterFor(window).reward(window.key, chargeId)));
  }

  /** The charge of windows with these usages. If one of them is full, gives back what the others were charged. */
  async function settle(
    windows: readonly SlidingWindow[],
    usages: WindowUsage[],
    chargeId: number,
  ): Promise<Charge> {
    const isCharged = windows.map(({ limit }, i) => usages[i]!.used <= limit);
    if (!isCharged.includes(false)) {
      return { usages, giveBack: () => giveBack(windows.filter(countsPhone), chargeId) };
    }
    await giveBack(
      windows.filter((_, i) => isCharged[i]),
      chargeId,
    );
    return {
      usages: usages.map(({ used, resetMs }, i) => ({ used: isCharged[i] ? used - 1 : used, resetMs })),
      giveBack: async () => {},
    };
  }

  /** What ends the keys of the windows, by phone number. */
  async function keySuffixes(windows: readonly SlidingWindow[]): Promise<ReadonlyMap<string, string>> {
    const phones = new Set(windows.flatMap(({ phone }) => phone ?? []));
    return new Map(
      await Promise.all(Array.from(phones, async (phone) => [phone, await epochs.keySuffix(phone)] as const)),
    );
  }

  return {
    async consume(windows) {
      const hasPhone = windows.some(countsPhone);
      const chargeId = windows.length > 1 || hasPhone ? randomChargeId(random) : 1;
      const usual = windows.map((window) => ({ ...window, key: prefix + window.key }));
      if (!hasPhone) return settle(usual, await chargeAll(usual, chargeId), chargeId);
      const [suffixes, usages] = await Promise.all([keySuffixes(windows), chargeAll(usual, chargeId)]);
      const current = usual.map((window) => ({
        ...window,
        key: window.key + (suffixes.get(window.phone ?? "") ?? ""),
      }));
      if (current.every(({ key }, i) => key === usual[i]!.key)) return settle(usual, usages, chargeId);
      await giveBack(
        usual.filter(({ limit }, i) => usages[i]!.used <= limit),
        chargeId,
      );
      return settle(current, await chargeAll(current, chargeId), chargeId);
    },
    clear: epochs.begin,
  };
}

const countsPhone = ({ phone }: SlidingWindow) => phone !== undefined;

/** 2 to 2^48 + 1. */
function randomChargeId(random: Random): number {
  return random.bytes(6).readUIntBE(0, 6) + 2;
}
