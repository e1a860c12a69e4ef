import type { Config } from "../config.js";
import type { Logger } from "../system/logger.js";
import type { Database } from "./database.js";
import { readConnections } from "./inspect-server.js";

type ConnectionConfig = Pick<Config, "databaseUrl" | "databasePoolSize" | "workers">;

/**
 * Warns if the pools of all workers may hold more connections than PostgreSQL accepts: calls would be OVERLOADED under
 * load. A pooler in between may be made for that.
 */
export async function checkConnectionLimit(
  { databaseUrl, databasePoolSize: poolSize, workers }: ConnectionConfig,
  database: Database,
  logger: Logger,
): Promise<void> {
  if (!databaseUrl) return;
  const { available } = await readConnections(database);
  const processes = workers ?? 1;
  if (poolSize * processes > available) {
    logger.warn(
      { poolSize, processes, available },
      "DATABASE_POOL_SIZE is more connections than PostgreSQL accepts",
    );
  }
}
