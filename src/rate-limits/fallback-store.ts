import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../system/logger.js";
import { createRedisStore } from "./redis-store.js";
import type { RateLimitStore, SlidingWindow, WindowUsage } from "./store.js";

/** How long a call waits for Redis, in milliseconds. */
const RESPONSE_TIMEOUT_MS = 150;
/** How long the first calls wait to learn whether there is a Redis, in milliseconds. */
const START_TIMEOUT_MS = 1000;

/** Every wait is short enough for a Redis that is back to be in use again within two seconds. */
const CONNECTION_OPTIONS = {
  enableOfflineQueue: false,
  // A call whose connection is lost is counted in memory, not sent again.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => 300,
  connectTimeout: 500,
  // For the handshake: the script has `answerDeadline`.
  commandTimeout: 1000,
  // A hung Redis never closes its side: destroy the socket.
  disconnectTimeout: 100,
  maxLoadingRetryTime: 500,
} satisfies RedisOptions;

/** Counted on each new connection, to learn whether Redis does the real thing: it may be read-only, or full. */
const PROBE: SlidingWindow = { key: "probe", limit: 1, seconds: 1 };

/**
 * Rejects when `work` takes longer than `milliseconds`. What has already arrived, and was only not read yet
 * because the process was busy, still counts as in time: the timer lets one round of reading pass first.
 */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${milliseconds} ms`));
    const timer = setTimeout(() => setImmediate(late), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

interface FallbackStore extends RateLimitStore {
  close(): void;
}

/**
 * Windows in Redis, and in `memory` from the moment Redis fails, refuses or hangs until it works again.
 *
 * One failure is enough: later calls don't try. The connection is then dropped and made anew every 300 ms, and
 * Redis is used again as soon as it has counted a probe. Each change is logged once. Calls counted in one place
 * are not carried over to the other, so across a change a caller may get a second helping per process.
 *
 * Connecting takes place in the background; the first calls wait for its outcome, for a second at most.
 */
export function createFallbackStore(
  url: string,
  prefix: string,
  memory: RateLimitStore,
  logger: Logger,
): FallbackStore {
  const redis = new Redis(url, CONNECTION_OPTIONS);
  const shared = createRedisStore(redis, prefix);
  let place: "undecided" | "redis" | "memory" | "closed" = "undecided";

  let decide = () => {};
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });

  function useRedis(): void {
    if (place === "closed") return;
    place = "redis";
    logger.info("limits are kept in Redis");
    decide();
  }

  /** `reason` is a message and not the error, which also carries the command and so a client's address. */
  function useMemory(reason: string): void {
    if (place === "memory" || place === "closed") return;
    place = "memory";
    logger.warn({ reason }, "Redis does not work: limits are kept in the memory of this process");
    decide();
  }

  function fail(error: unknown): void {
    useMemory(error instanceof Error ? error.message : String(error));
    // Once, and only then: ioredis gives up for good when it is told to disconnect while it begins to connect.
    if (redis.status === "ready" && redis.stream.writable) redis.disconnect(true);
  }

  async function takeShared(windows: readonly SlidingWindow[]): Promise<WindowUsage[]> {
    try {
      return await within(RESPONSE_TIMEOUT_MS, shared.consume(windows));
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  redis.on("ready", () => takeShared([PROBE]).then(useRedis, () => {}));
  redis.on("error", fail);
  redis.on("close", () => useMemory("the connection was closed"));
  const start = setTimeout(() => {
    if (place === "undecided") useMemory(`not ready within ${START_TIMEOUT_MS} ms`);
  }, START_TIMEOUT_MS);
  start.unref();

  return {
    async consume(windows) {
      if (place === "undecided") await decided;
      if (place !== "redis") return memory.consume(windows);
      return takeShared(windows).catch(() => memory.consume(windows));
    },
    close() {
      place = "closed";
      decide();
      clearTimeout(start);
      redis.disconnect();
    },
  };
}
