import { randomInt } from "node:crypto";
import { Redis } from "ioredis";
import pg from "pg";
import type { Statement } from "../../src/db/database.js";
import { CONSUME_SCRIPT } from "../../src/rate-limits/consume-script.js";

type Queryable = Pick<pg.Pool, "query"> | pg.PoolClient;

/** Runs a statement of the service by its name. */
export async function run<Row extends object>(
  client: Queryable,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await client.query<Row>({ name, text, values: [...values] });
  return rows;
}

/** As many connections as the service has by default, and none of them closed while other slices run. */
export function openPool(url: string): pg.Pool {
  return new pg.Pool({ connectionString: url, max: 10, idleTimeoutMillis: 0 });
}

/** Sliding windows in Redis. */
export interface Limits {
  /** Charges a call to the windows with these keys. Rejects if one is full. */
  consume(...keys: [string, ...string[]]): Promise<void>;
  close(): void;
}

/** A limit that no load reaches, and whose windows are as long as those of most methods. */
const LIMIT = 100_000;
const WINDOW_SECONDS = 60;
/** Names a charge that may have to be given back, as the service does where a call has several windows. */
const chargeId = () => randomInt(2, 2 ** 47);

/** Runs the service's script for sliding windows, once for each key, in one write. */
export async function openLimits(url: string, prefix: string): Promise<Limits> {
  const redis = new Redis(url);
  const sha = String(await redis.script("LOAD", CONSUME_SCRIPT));
  const parametersOf = (id: number) => [id, WINDOW_SECONDS, LIMIT, WINDOW_SECONDS];
  return {
    async consume(...keys) {
      const parameters = parametersOf(keys.length === 1 ? 1 : chargeId());
      const commands = redis.pipeline();
      for (const key of keys) commands.evalsha(sha, 1, prefix + key, ...parameters);
      ((await commands.exec()) ?? []).forEach(assertCharged);
    },
    close: () => redis.disconnect(),
  };
}

function assertCharged([error, usage]: [Error | null, unknown]): void {
  if (error) throw error;
  if ((usage as [number, number])[0] > LIMIT) throw new Error("a window is full");
}
