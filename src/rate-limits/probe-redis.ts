import type { Random } from "../system/random.js";
import { withTimeout } from "../system/timeout.js";
import { connectRedis } from "./connect-redis.js";
import type { RedisConnection } from "./redis-connection.js";
import { createRedisStore } from "./redis-store.js";

/** Time (ms) for the connection, and again for the commands. */
const PROBE_TIMEOUT_MS = 2000;

export interface RedisProbe {
  redisUrl: string;
  /** Before every key in Redis. */
  redisPrefix: string;
  random: Random;
}

/**
 * Connects to Redis, counts a call with the script of the limits, and resolves with Redis's version; null if it doesn't
 * tell. Rejects if Redis is unreachable, refuses, or hangs: `redisFailure` describes the error.
 */
export async function probeRedis({ redisUrl, redisPrefix, random }: RedisProbe): Promise<string | null> {
  let connection: RedisConnection | undefined;
  const connected = new Promise<void>((ready, failed) => {
    connection = connectRedis(redisUrl, { ready, failed, closed: () => {} });
  });
  try {
    await withTimeout(PROBE_TIMEOUT_MS, connected);
    const { client, probeKeys } = connection!;
    const store = createRedisStore(client, redisPrefix, random);
    const charges = probeKeys(redisPrefix).map((key) => store.consume([{ key, limit: 1, seconds: 1 }]));
    await withTimeout(PROBE_TIMEOUT_MS, Promise.all(charges));
    const info = await withTimeout(PROBE_TIMEOUT_MS, client.info("server")).catch(() => "");
    return /^redis_version:(\S+)/m.exec(info)?.[1] ?? null;
  } finally {
    connection?.close();
  }
}
