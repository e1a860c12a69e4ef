import type { Config } from "../config.js";
import type { Logger } from "../system/logger.js";
import type { Database, Statement } from "./database.js";

const readLimit: Statement = {
  name: "connection_limit",
  text: `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           AS available`,
};

/**
 * Warns if the pool may hold more connections than PostgreSQL accepts: its calls would be OVERLOADED under load. A pooler
 * in between may be made for that.
 */
export async function checkConnectionLimit(
  { databaseUrl, databasePoolSize: poolSize }: Pick<Config, "databaseUrl" | "databasePoolSize">,
  database: Database,
  logger: Logger,
): Promise<void> {
  if (!databaseUrl) return;
  const [row] = await database.run<{ available: number }>(null, readLimit, []);
  const available = row?.available ?? 0;
  if (poolSize > available) {
    logger.warn({ poolSize, available }, "DATABASE_POOL_SIZE is more connections than PostgreSQL accepts");
  }
}
