import { type Config, readConfig } from "../config.js";
import { type AppContext, createContext } from "../context.js";
import type { Database } from "../db/database.js";
import { prepareTables } from "../db/migrate.js";
import { createInfrastructure, openCliDatabase } from "../infrastructure.js";
import { createLogger, type Logger } from "../system/logger.js";
import { type CliStreams, print } from "./streams.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Opens what a command needs, runs the command, and closes everything, even if the command fails. */
export interface Runner {
  /** For commands on accounts and lists. The tables exist and are up to date. */
  withContext(command: (context: AppContext) => Promise<void>): Promise<void>;
  /** For commands on the database itself. */
  withDatabase(command: (database: Database, logger: Logger, config: Config) => Promise<void>): Promise<void>;
  /** The environment variables, for the few that are not configuration. */
  environment: Environment;
  streams: CliStreams;
  /** Writes the command's output. */
  print(chunks: Iterable<string> | AsyncIterable<string>): Promise<void>;
  /** True after a command that worked and has a negative result, which is exit code 1. */
  isNegative: boolean;
}

export function createRunner(environment: Environment, streams: CliStreams): Runner {
  const withDatabase: Runner["withDatabase"] = async (command) => {
    const config = readConfig(environment);
    // Standard output holds only the command's own lines. The log shows only warnings and errors.
    const logger = createLogger("warn", streams.stderr);
    const database = await openCliDatabase(config);
    try {
      await command(database, logger, config);
    } finally {
      await database.close();
    }
  };
  return {
    environment,
    streams,
    isNegative: false,
    print: (chunks) => print(streams.stdout, chunks),
    withDatabase,
    withContext: (command) =>
      withDatabase(async (database, logger, config) => {
        await prepareTables(config, database, logger);
        const infrastructure = await createInfrastructure(config, database, {
          logger,
          print: (line) => streams.stdout.write(`${line}\n`),
        });
        await command(createContext(config, infrastructure));
        await infrastructure.background.drain();
      }),
  };
}
