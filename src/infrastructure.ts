import { randomInt } from "node:crypto";
import type { Config } from "./config.js";
import type { Database } from "./db/database.js";
import { joinEmbeddedDatabase, openEmbeddedDatabase } from "./db/embedded/embedded-database.js";
import { openDatabase } from "./db/open-database.js";
import { DomainError, ERROR_TABLE } from "./errors.js";
import { createSmsGateway } from "./sms/create-sms-gateway.js";
import type { SmsGateway } from "./sms/sms-gateway.js";
import { type Background, createBackground } from "./system/background.js";
import { type Clock, systemClock } from "./system/clock.js";
import { type Keys, loadKeys } from "./system/key-file.js";
import type { Logger } from "./system/logger.js";
import { type Random, systemRandom } from "./system/random.js";

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
export async function openCliDatabase(config: Config): Promise<Database> {
  const onFailure = (error: Error) => {
    throw error;
  };
  if (config.databaseUrl) return openDatabase({ url: config.databaseUrl, poolSize: 2 });
  return joinEmbeddedDatabase({ folder: config.dataDir, poolSize: 2, onFailure });
}

/** What the use cases touch of the outside infrastructure. */
export interface Infrastructure {
  database: Database;
  keys: Keys;
  clock: Clock;
  random: Random;
  sms: SmsGateway;
  background: Background;
}

/** The real world around the use cases, as the configuration chooses it. */
export async function createInfrastructure(
  config: Config,
  database: Database,
  logger: Logger,
): Promise<Infrastructure> {
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
        const isRefusal = error instanceof DomainError && ERROR_TABLE[error.reason].status < 500;
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
