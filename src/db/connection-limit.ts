import type { Config } from "../config.js";
import type { Logger } from "../system/logger.js";
import type { Database } from "./database.js";
import { readConnections } from "./inspect-server.js";

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
  const { available } = await readConnections(database);
  if (poolSize > available) {
    logger.warn({ poolSize, available }, "DATABASE_POOL_SIZE is more connections than PostgreSQL accepts");
  }
}
