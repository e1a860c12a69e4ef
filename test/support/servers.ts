import { startPostgres } from "./postgres-server.js";
import { startRedis } from "./redis-server.js";

/** The servers that a test run shares. */
export interface Servers {
  databaseUrl: string;
  redisUrl: string;
  /** Ends the servers that were started here. */
  stop(): Promise<void>;
}

/** Uses the servers whose URLs are given, and starts private ones for the others. */
export async function startServers(given: {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
}): Promise<Servers> {
  const postgres = given.databaseUrl ? undefined : await startPostgres();
  try {
    const redis = given.redisUrl ? undefined : await startRedis();
    return {
      databaseUrl: given.databaseUrl ?? postgres?.url ?? "",
      redisUrl: given.redisUrl ?? redis?.url ?? "",
      async stop() {
        await Promise.all([postgres?.stop(), redis?.stop()]);
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}
