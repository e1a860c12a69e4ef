import { Redis } from "ioredis";
import type { Random } from "../system/random.js";
import { withTimeout } from "../system/timeout.js";
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
  let connection: { client: Redis; close(): void } | undefined;
  const connected = new Promise<void>((ready, failed) => {
    connection = connect(redisUrl, { ready, failed });
  });
  try {
    await withTimeout(PROBE_TIMEOUT_MS, connected);
    const { client } = connection!;
    const store = createRedisStore(client, redisPrefix, random);
    await withTimeout(PROBE_TIMEOUT_MS, store.consume([{ key: "probe", limit: 1, seconds: 1 }]));
    const info = await withTimeout(PROBE_TIMEOUT_MS, client.info("server")).catch(() => "");
    return /^redis_version:(\S+)/m.exec(info)?.[1] ?? null;
  } finally {
    connection?.close();
  }
}

function connect(url: string, events: { ready(): void; failed(error: unknown): void }) {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on("ready", events.ready).on("error", events.failed);
  return { client, close: () => client.disconnect() };
}
