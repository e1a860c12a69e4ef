import { type Config, readConfig } from "../config.js";
import { createParts, type Parts } from "../context.js";
import type { Database } from "../db/database.js";
import { createWorld, openToolDatabase, prepareTables } from "../infrastructure.js";
import { createLogger, type Logger } from "../system/logger.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Opens what a command needs, runs it, and closes everything however it ends. */
export interface Runner {
  /** For commands that work with accounts and lists: the tables are there and up to date. */
  withParts(command: (parts: Parts) => Promise<void>): Promise<void>;
  /** For commands that work on the database itself. */
  withDatabase(command: (database: Database, logger: Logger, config: Config) => Promise<void>): Promise<void>;
  /** The variables of the process, for the few that are no configuration. */
  environment: Environment;
}

export function createRunner(environment: Environment): Runner {
  const withDatabase: Runner["withDatabase"] = async (command) => {
    const config = readConfig(environment);
    // The command's own lines are its output; of the log only trouble is of interest.
    const logger = createLogger("warn");
    const database = await openToolDatabase(config);
    try {
      await command(database, logger, config);
    } finally {
      await database.close();
    }
  };
  return {
    environment,
    withDatabase,
    withParts: (command) =>
      withDatabase(async (database, logger, config) => {
        await prepareTables(config, database, logger);
        const world = await createWorld(config, database, logger);
        await command(createParts(config, world));
        await world.background.drain();
      }),
  };
}
