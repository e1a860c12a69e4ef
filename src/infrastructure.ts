import { randomInt } from "node:crypto";
import { type Config, ConfigError } from "./config.js";
import type { World } from "./context.js";
import type { Database } from "./db/database.js";
import { FolderInUse } from "./db/embedded/directory-lock.js";
import { joinEmbeddedDatabase, openEmbeddedDatabase } from "./db/embedded/embedded-database.js";
import { migrate, pendingMigrations } from "./db/migrate.js";
import { openDatabase } from "./db/open-database.js";
import { DomainError, errorTable } from "./errors.js";
import { createSmsGateway } from "./sms/create-sms-gateway.js";
import { createBackground } from "./system/background.js";
import { systemClock } from "./system/clock.js";
import { type Keys, loadKeys } from "./system/key-file.js";
import type { Logger } from "./system/logger.js";
import { systemRandom } from "./system/random.js";

/** Jobs that may wait in the background, those that run at once, and the most milliseconds before one is started. */
const BACKGROUND_LIMIT = 1000;
const BACKGROUND_CONCURRENCY = 8;
const BACKGROUND_DELAY_MS = 200;

/**
 * The server's database: the configured PostgreSQL, or the embedded one in the data directory.
 * `onFailure` is told when the embedded one has broken down. Throws FolderInUse when another server has it.
 */
export async function openServerDatabase(
  config: Config,
  onFailure: (error: Error) => void,
): Promise<Database> {
  const poolSize = config.databasePoolSize;
  if (config.databaseUrl) return openDatabase({ url: config.databaseUrl, poolSize });
  return openEmbeddedDatabase({ folder: config.dataDir, poolSize, onFailure });
}

/**
 * The same database for a tool that runs beside the server or without it: of the embedded one, whichever of the
 * two comes first has the files, and the other works through it.
 */
export async function openToolDatabase(config: Config): Promise<Database> {
  const onFailure = (error: Error) => {
    throw error;
  };
  if (config.databaseUrl) return openDatabase({ url: config.databaseUrl, poolSize: 2 });
  return joinEmbeddedDatabase({ folder: config.dataDir, poolSize: 2, onFailure });
}

/**
 * Brings the tables up to date; in production, where that is a step of its own, it throws a UsageError when
 * they are not.
 */
export async function prepareTables(config: Config, database: Database, logger: Logger): Promise<void> {
  if (config.environment !== "production") {
    await migrate(database, logger);
    return;
  }
  const pending = await pendingMigrations(database);
  if (pending.length > 0) {
    throw new UsageError(`The database lacks ${pending.join(", ")}: run \`npm run migrate\` first.`);
  }
}

/** Something that whoever started the program can put right: said in one sentence, without a stack. */
export class UsageError extends Error {}

/** What to print for an error that ends the program: a sentence, or the error itself when nobody foresaw it. */
export function finalWords(error: unknown): unknown {
  const isPlain = [ConfigError, FolderInUse, UsageError].some((kind) => error instanceof kind);
  if (isPlain) return (error as Error).message;
  if (error instanceof DomainError && error.reason === "OVERLOADED") {
    return "The database does not answer: is DATABASE_URL right, and PostgreSQL running?";
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL") {
    return `The port can't be opened (${code}): choose another PORT or HOST.`;
  }
  return error;
}

/** The real world around the use cases, as the configuration chooses it. */
export async function createWorld(config: Config, database: Database, logger: Logger): Promise<World> {
  return {
    database,
    keys: keysOf(config),
    clock: systemClock,
    random: systemRandom,
    sms: await createSmsGateway(config.sms, { logger, print: (line) => console.log(line) }),
    background: createBackground({
      // At random, so that what a job costs can't be seen in the time of the call after it.
      nextDelay: () => randomInt(BACKGROUND_DELAY_MS),
      limit: BACKGROUND_LIMIT,
      concurrency: BACKGROUND_CONCURRENCY,
      onFailure(error) {
        // A used-up quota is no trouble; what the database or the gateway could not do is.
        const isRefusal = error instanceof DomainError && errorTable[error.reason].status < 500;
        if (isRefusal) logger.info({ reason: error.reason }, "a job in the background was refused");
        else logger.error({ err: error }, "a job in the background failed");
      },
    }),
  };
}

/** The configured secrets; those that are not configured come from the data directory. */
function keysOf(config: Config): Keys {
  const { tokenSecret: token, codeSecret: code } = config;
  if (token && code) return { token, code };
  const kept = loadKeys(config.dataDir, systemRandom);
  return { token: token ?? kept.token, code: code ?? kept.code };
}
