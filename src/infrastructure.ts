import { randomInt } from "node:crypto";
import type { Act } from "./audit/act.js";
import { createActReport } from "./audit/report-act.js";
import type { Config } from "./config.js";
import type { Database } from "./db/database.js";
import { joinEmbeddedDatabase, openEmbeddedDatabase } from "./db/embedded/embedded-database.js";
import { openDatabase } from "./db/open-database.js";
import { DomainError, ERROR_TABLE } from "./errors.js";
import { createSigning, type Signing } from "./signing-keys/signing.js";
import { countSms } from "./sms/count-sms.js";
import { createSmsGateway } from "./sms/create-sms-gateway.js";
import { type SmsRefusal, SmsRefusedError } from "./sms/sms-budget.js";
import type { SmsGateway } from "./sms/sms-gateway.js";
import { type Background, createBackground } from "./system/background.js";
import { type Clock, type MonotonicClock, systemClock } from "./system/clock.js";
import {
  findEncryptionSecret,
  findKeys,
  type Keys,
  loadEncryptionSecret,
  loadKeys,
} from "./system/key-file.js";
import type { Logger } from "./system/logger.js";
import { oncePerMinute } from "./system/once-per-minute.js";
import { type Random, systemRandom } from "./system/random.js";
import { type Metrics, NO_METRICS } from "./telemetry/metrics.js";
import type { Tracing } from "./telemetry/tracing.js";

/** Maximum number of waiting and running background jobs. */
const BACKGROUND_LIMIT = 1000;
/** Maximum number of concurrent background jobs. */
const BACKGROUND_CONCURRENCY = 8;
/** Maximum delay before a background job starts. */
const BACKGROUND_DELAY_MS = 200;

/**
 * Opens the server's database: the configured PostgreSQL, or the embedded one in the data directory.
 * Calls `onFailure` if the embedded one fails. Throws DirectoryInUseError if another server holds the directory.
 */
export async function openServerDatabase(
  config: Config,
  logger: Logger,
  onFailure: (error: Error) => void,
  tracing?: Tracing | undefined,
): Promise<Database> {
  const { databaseUrl: url, databasePoolSize: poolSize, preparesStatements: prepares } = config;
  const onUnprepared = () =>
    logger.info(
      "a pooler loses prepared statements: they are not prepared any more (DATABASE_PREPARED=false)",
    );
  if (url) return openDatabase({ url, poolSize, prepares, onUnprepared, tracing });
  return openEmbeddedDatabase({ folder: config.dataDir, poolSize, onFailure, tracing });
}

/**
 * Opens the same database for a tool that runs next to the server or without it. Whichever process opens the embedded
 * database first holds its files, and the other works through it. Throws DatabaseNotFoundError if no database is
 * configured and the data directory has none, unless `creates` is true, which creates one without tables.
 */
export async function openCliDatabase(
  config: Config,
  { creates, statementTimeoutMs }: { creates: boolean; statementTimeoutMs?: number },
): Promise<Database> {
  const onFailure = (error: Error) => {
    throw error;
  };
  const { databaseUrl: url, preparesStatements: prepares } = config;
  if (url)
    return openDatabase({ url, poolSize: 2, prepares, ...(statementTimeoutMs && { statementTimeoutMs }) });
  return joinEmbeddedDatabase({ folder: config.dataDir, poolSize: 2, onFailure, creates });
}

/** The external resources that the use cases need. */
export interface Infrastructure extends Signing {
  database: Database;
  keys: Keys;
  clock: Clock & MonotonicClock;
  random: Random;
  sms: SmsGateway;
  background: Background;
  metrics: Metrics;
  /** Reports an act on an account once it is committed. */
  actCommitted(act: Act): void;
  /** Reports a message that the SMS budget refuses. */
  smsRefused(refusal: SmsRefusal): void;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
}

/** Creates the infrastructure that the configuration selects. The console SMS gateway writes with `print`. */
export async function createInfrastructure(
  config: Config,
  database: Database,
  {
    logger,
    print,
    metrics = NO_METRICS,
    tracing,
  }: {
    logger: Logger;
    print: (line: string) => void;
    metrics?: Metrics;
    tracing?: Tracing | undefined;
  },
): Promise<Infrastructure> {
  const keys = resolveKeys(config);
  const reportRefusal = oncePerMinute(systemClock, ({ kind, ...figures }: SmsRefusal) =>
    logger.error({ refusal: kind, ...figures }, "SMS are refused; `waterbill sms budget` tells why"),
  );
  return {
    database,
    keys,
    ...createSigning(config, { database, secrets: keys.encryption, random: systemRandom, logger }),
    clock: systemClock,
    random: systemRandom,
    metrics,
    actCommitted: createActReport({ logger, metrics }),
    sms: countSms(await createSmsGateway(config.sms, { logger, print, tracing }), metrics),
    tracing,
    background: createBackground({
      // Random, so that the duration of the next call doesn't reveal what a job costs.
      nextDelay: () => randomInt(BACKGROUND_DELAY_MS),
      limit: BACKGROUND_LIMIT,
      concurrency: BACKGROUND_CONCURRENCY,
      onFailure(error) {
        if (error instanceof SmsRefusedError) return;
        // A used-up quota is normal; a failure of the database or the gateway is not.
        const isRejection = error instanceof DomainError && ERROR_TABLE[error.reason].status < 500;
        if (isRejection) logger.info({ reason: error.reason }, "a background job was rejected");
        else logger.error({ err: error }, "a background job failed");
      },
    }),
    smsRefused(refusal) {
      metrics.smsRefused(refusal.kind);
      reportRefusal(refusal);
    },
  };
}

/** Returns the configured secrets; any that is not configured comes from the data directory. */
function resolveKeys(config: Config): Keys {
  const { token, code } = resolveStoredKeys(config);
  return { token, encryption: resolveEncryptionSecrets(config), ...digestKeys(config, code) };
}

/** The code secrets as keys of digests, and after the history's own secrets as those of the account history. */
function digestKeys({ auditSecrets }: Config, code: readonly string[]): Pick<Keys, "code" | "audit"> {
  return { code: code.map((secret) => Buffer.from(secret, "utf8")), audit: [...auditSecrets, ...code] };
}

function resolveStoredKeys({ tokenSecrets: token, codeSecrets: code, dataDir }: Config): {
  token: readonly string[];
  code: readonly string[];
} {
  if (token.length > 0 && code.length > 0) return { token, code };
  const stored = loadKeys(dataDir, systemRandom);
  return {
    token: token.length > 0 ? token : [stored.token],
    code: code.length > 0 ? code : [stored.code],
  };
}

/** Returns the secrets of signing keys; none in production with HS256, unless they are configured. */
export function resolveEncryptionSecrets(config: Config): readonly string[] {
  const { keyEncryptionSecrets, environment, dataDir } = config;
  if (keyEncryptionSecrets.length > 0 || environment === "production") return keyEncryptionSecrets;
  return [loadEncryptionSecret(dataDir, systemRandom)];
}

/** Like `resolveEncryptionSecrets`, but generates none. */
export function findEncryptionSecrets(config: Config): readonly string[] {
  const { keyEncryptionSecrets, environment, dataDir } = config;
  if (keyEncryptionSecrets.length > 0 || environment === "production") return keyEncryptionSecrets;
  const stored = findEncryptionSecret(dataDir);
  return stored === null ? [] : [stored];
}

/** What a command that records acts, or verifies them, knows of the server's secrets. */
export type CommandKeys = Pick<Keys, "audit" | "code">;

/**
 * Returns the server's secrets for a command on accounts. In production they are only those in the environment, of which
 * one is for the account history.
 */
export function resolveCommandKeys(config: Config): CommandKeys {
  const { codeSecrets, environment, dataDir } = config;
  const isStored = codeSecrets.length === 0 && environment !== "production";
  return digestKeys(config, isStored ? [loadKeys(dataDir, systemRandom).code] : codeSecrets);
}

/** Like `resolveCommandKeys`, but generates none. */
export function findCommandKeys(config: Config): CommandKeys {
  const { codeSecrets, environment, dataDir } = config;
  const stored = codeSecrets.length === 0 && environment !== "production" ? findKeys(dataDir) : null;
  return digestKeys(config, stored ? [stored.code] : codeSecrets);
}
