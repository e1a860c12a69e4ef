import type { Clock } from "../system/clock.js";
import { errorCode } from "../system/describe-error.js";
import type { Logger } from "../system/logger.js";
import { oncePerMinute } from "../system/once-per-minute.js";
import type { Random } from "../system/random.js";
import { withTimeout } from "../system/timeout.js";
import type { Tracing } from "../telemetry/tracing.js";
import { connectRedis } from "./connect-redis.js";
import { CONNECTION_CLOSED, isRedirection, redisFailure } from "./redis-failure.js";
import { createRedisStore } from "./redis-store.js";
import type { Charge, RateLimitStore, SlidingWindow } from "./store.js";
import { traceStore } from "./trace-store.js";

/** How long a call waits for Redis, and how long the first calls wait for the connection, in milliseconds. */
export const TIMINGS = { responseMs: 150, startMs: 1000 };

/** Consumed on each new connection, to learn whether Redis accepts writes: it may be read-only, or full. */
const PROBE = { limit: 1, seconds: 1 };

/** Whether a step of connecting took too long, as opposed to being refused. */
function isConnectingTimeout(error: unknown): boolean {
  return (
    error instanceof Error && (errorCode(error) === "ETIMEDOUT" || error.message === "Command timed out")
  );
}

interface FallbackStore extends Pick<RateLimitStore, "consume"> {
  /** Clears the number in `memoryStore` and in Redis. Resolves with whether Redis has done so. */
  clear(phone: string): Promise<boolean>;
  /** Whether calls are counted in `memoryStore`. */
  isInMemory(): boolean;
  close(): void;
}

export interface FallbackStoreDeps {
  redisUrl: string;
  /** Before every key in Redis. */
  redisPrefix: string;
  /** Counts while Redis does not. */
  memoryStore: RateLimitStore;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
}

/**
 * Consumes windows in Redis, and in `memoryStore` from the moment Redis fails, refuses or hangs until it works again.
 *
 *                       probe consumed
 *     +-----------+                        +-------+
 *     | undecided | ---------------------> | redis |
 *     +-----------+                        +-------+
 *           |                                |   ^
 *           | error, or no probe             |   | probe consumed
 *           | within startMs           error |   | on a new connection
 *           |                                v   |
 *           |                              +--------+
 *           +----------------------------> | memory |
 *                                          +--------+
 *
 *     any state --- close() ---> closed
 *
 * - undecided: the connection is being made; calls wait for the first transition. A step of connecting that times
 *   out is tried again until startMs are over, any other error decides at once.
 * - redis: calls consume in Redis. An error is a failed call, a call without a reply for responseMs, or a
 *   closed connection. One is enough, and a call that fails is counted in memory.
 * - memory: calls consume in memory and don't try Redis. A new connection is attempted every 300 ms, unless REDIS_URL
 *   names one node of a cluster: then limits stay in memory until the process restarts.
 * - closed: calls consume in memory, for requests that finish after `close`.
 *
 * A cluster counts as one Redis: it works when all of its masters do (connect-cluster.ts).
 *
 * Each transition to redis or memory is logged once. Calls are not carried over, so across a transition a caller
 * may get up to the limit once more from each process. Neither is `giveBack` (a charge stays in a Redis that has failed
 * since), nor `clear`: if Redis doesn't work, its windows of the number count again once it does, which is logged.
 * Clearing reaches the memory of this process alone: the others keep what they counted while Redis failed.
 * Nothing rejects. Tests pass their own `timings`.
 */
export function createFallbackStore(deps: FallbackStoreDeps, timings = TIMINGS): FallbackStore {
  const { memoryStore, logger, redisPrefix } = deps;
  const { responseMs, startMs } = timings;
  const connection = connectRedis(deps.redisUrl, { ready: probe, failed, closed });
  const reportReplaced = oncePerMinute(deps.clock, (limit: string) =>
    logger.warn({ limit }, "a key in Redis held something else than a limit: it was replaced"),
  );
  const store = createRedisStore(connection.client, redisPrefix, deps.random, reportReplaced);
  const redisStore = deps.tracing ? traceStore(store, deps.tracing, deps.redisUrl) : store;
  let state: "undecided" | "redis" | "memory" | "closed" = "undecided";

  let markDecided = () => {};
  const decided = new Promise<void>((resolve) => {
    markDecided = resolve;
  });

  function useRedis(): void {
    if (state === "closed") return;
    state = "redis";
    logger.info("limits are kept in Redis");
    markDecided();
  }

  function useMemory(reason: string): void {
    if (state === "memory" || state === "closed") return;
    state = "memory";
    logger.warn({ reason }, "Redis does not work: limits are kept in the memory of this process");
    markDecided();
  }

  function fail(error: unknown): void {
    useMemory(redisFailure(error));
    // Whatever works on this node for a while, other keys are on other nodes.
    if (isRedirection(error)) connection.close();
    else connection.reconnect();
  }

  async function inRedis<T>(command: Promise<T>): Promise<T> {
    try {
      return await withTimeout(responseMs, command);
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  async function consumeInRedis(windows: readonly SlidingWindow[]): Promise<Charge> {
    const { usages, giveBack } = await inRedis(redisStore.consume(windows));
    return {
      usages,
      async giveBack() {
        if (state === "redis") await inRedis(giveBack()).catch(() => {});
      },
    };
  }

  async function clearInRedis(phone: string): Promise<boolean> {
    if (state === "undecided") await decided;
    if (state !== "redis") return false;
    return inRedis(redisStore.clear(phone)).then(
      () => true,
      () => false,
    );
  }

  function probe(): void {
    const probes = connection.probeKeys(redisPrefix).map((key) => consumeInRedis([{ key, ...PROBE }]));
    void Promise.all(probes).then(useRedis, () => {});
  }

  function failed(error: unknown): void {
    if (state !== "undecided" || !isConnectingTimeout(error)) fail(error);
  }

  function closed(): void {
    if (state === "redis") useMemory(CONNECTION_CLOSED);
  }

  withTimeout(startMs, decided).catch(() => useMemory(`not ready within ${startMs} ms`));

  return {
    async consume(windows) {
      if (state === "undecided") await decided;
      if (state !== "redis") return memoryStore.consume(windows);
      return consumeInRedis(windows).catch(() => memoryStore.consume(windows));
    },
    async clear(phone) {
      await memoryStore.clear(phone);
      const isCleared = await clearInRedis(phone);
      if (!isCleared)
        logger.warn("Redis does not work: it keeps the limits of a number that were to be cleared");
      return isCleared;
    },
    isInMemory: () => state === "memory",
    close() {
      state = "closed";
      markDecided();
      connection.close();
    },
  };
}
