import type { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/**
 * KEYS: the windows, each a list of the times of its calls, newest first, in milliseconds of Redis's own clock.
 * ARGV, four for each window, as rate-limiter-flexible hands them to its script: points, seconds, limit, seconds.
 * Returns two numbers for each window: `used` and `resetMs` of a Count.
 *
 * A script runs alone, so checking every window and then charging all of them or none needs no lock.
 * Calls refused are not kept, so a list never holds more than the limit, and it expires with its newest call.
 */
const CONSUME_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Drops the calls that have left the window, and returns how many remain. Their number may be great
-- (somebody may set 100000/hour), so where they begin is searched by halving.
local function trim(key, span)
  local length = redis.call('LLEN', key)
  if length == 0 or redis.call('LINDEX', key, -1) + span > now then
    return length
  end
  local low, high = 0, length - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('LINDEX', key, middle) + span > now then low = middle + 1 else high = middle end
  end
  if low == 0 then redis.call('DEL', key) else redis.call('LTRIM', key, 0, low - 1) end
  return low
end

local spans, limits, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  spans[i], limits[i] = ARGV[4 * i - 2] * 1000, tonumber(ARGV[4 * i - 1])
  local used = trim(key, spans[i])
  refused = refused or used >= limits[i]
end

local counts = {}
for i, key in ipairs(KEYS) do
  if not refused then
    redis.call('LPUSH', key, now)
    redis.call('PEXPIRE', key, spans[i])
  end
  local used, first = redis.call('LLEN', key), -1
  if refused and used >= limits[i] then
    -- With a limit set lower than it was, more than the oldest call has to go before there is room.
    used, first = limits[i] + 1, limits[i] - 1
  end
  counts[2 * i - 1] = used
  counts[2 * i] = (redis.call('LINDEX', key, first) or now) + spans[i] - now
end
return counts
`;

/** ioredis's command for the script: the number of keys, the keys, their arguments. */
interface TakeCommand {
  takeWindows(numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<number[]>;
}

/**
 * Windows in one Redis (not a cluster: a call's keys are taken together), shared by all processes that use the
 * same `prefix`. Every take is one round trip. Rejects when Redis fails.
 *
 * rate-limiter-flexible runs the script for the usual call, which has one window; it takes scripts of one key
 * only, and its RateLimiterUnion charges every window even when one refuses, so a call with several windows
 * runs the same script on the same keys by itself.
 */
export function createRedisStore(redis: Redis, prefix: string): RateLimitStore {
  redis.defineCommand("takeWindows", { lua: CONSUME_SCRIPT });
  const commands = redis as Redis & TakeCommand;
  const limiters = new Map<string, RateLimiterRedis>();

  /** One limiter for each rate there is, made when it is first needed. */
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

  async function takeOne(window: SlidingWindow): Promise<WindowUsage[]> {
    const result = await limiterFor(window)
      .consume(prefix + window.key)
      .catch((refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return refusal;
        throw refusal;
      });
    return [{ used: result.consumedPoints, resetMs: result.msBeforeNext }];
  }

  async function takeSeveral(windows: readonly SlidingWindow[]): Promise<WindowUsage[]> {
    const keys = windows.map(({ key }) => prefix + key);
    const rates = windows.flatMap(({ limit, seconds }) => [1, seconds, limit, seconds]);
    const counts = await commands.takeWindows(keys.length, ...keys, ...rates);
    return windows.map((_, i) => ({ used: counts[2 * i]!, resetMs: counts[2 * i + 1]! }));
  }

  return {
    consume: (windows) => {
      const [only, ...others] = windows;
      return only && others.length === 0 ? takeOne(only) : takeSeveral(windows);
    },
  };
}
