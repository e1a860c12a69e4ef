import {
  type AuditContext,
  createAuditContext,
  createDatabaseContext,
  type DatabaseContext,
} from "../command-context.js";
import { type Config, readConfig } from "../config.js";
import type { EnvironmentVariables } from "../config-files.js";
import type { ConfigScope } from "../config-rules.js";
import type { Database } from "../db/database.js";
import { isEmpty, migrate, requireTables } from "../db/migrate.js";
import { openCliDatabase, resolveCommandKeys, resolveEncryptionSecrets } from "../infrastructure.js";
import { createKeyCipher } from "../signing-keys/key-cipher.js";
import type { RotateKeysDeps } from "../signing-keys/rotate-keys.js";
import { createSigningKeyStore } from "../signing-keys/signing-key-store.js";
import { createSmsGateway } from "../sms/create-sms-gateway.js";
import type { SmsGateway } from "../sms/sms-gateway.js";
import { systemClock } from "../system/clock.js";
import { createLogger, type Logger } from "../system/logger.js";
import { systemRandom } from "../system/random.js";
import { readTextFile } from "../system/read-text-file.js";
import { type CliStreams, print } from "./streams.js";

/** The options of the program, which every command has. */
export interface ProgramOptions {
  init?: boolean;
  json?: boolean;
}

/** What commands on signing keys need. */
export type KeyContext = RotateKeysDeps;

/** Opens what a command needs, runs the command, and closes everything, even if the command fails. */
export interface Runner {
  /** For commands that read accounts, and for those on lists. Unless the command migrates, the tables must be up to date. */
  withContext(
    command: (context: DatabaseContext) => Promise<void>,
    options?: { migrates: boolean },
  ): Promise<void>;
  /** For commands that change accounts or verify their history: like `withContext`, and needs the history's secret. */
  withAudit(
    command: (context: AuditContext, process: { config: Config; logger: Logger }) => Promise<void>,
    options?: { migrates: boolean },
  ): Promise<void>;
  /** For commands on signing keys: like `withContext`, and needs the secret that encrypts them. */
  withKeys(command: (context: KeyContext) => Promise<void>): Promise<void>;
  /** For commands on the database itself. */
  withDatabase(command: (database: Database, logger: Logger, config: Config) => Promise<void>): Promise<void>;
  /** For commands on the SMS gateway, which need no database. */
  withSms(command: (sms: SmsGateway, config: Config) => Promise<void>): Promise<void>;
  /** The environment variables, for the few that are not configuration. */
  environment: EnvironmentVariables;
  streams: CliStreams;
  /** Whether to print JSON in the REST format. */
  readonly isJson: boolean;
  /** Writes the command's output. */
  print(chunks: Iterable<string> | AsyncIterable<string>): Promise<void>;
  /** True after a command that worked and has a negative result, which is exit code 1. */
  isNegative: boolean;
}

/** `options` returns the program's options; it is called only while a command runs. */
export function createRunner(
  environment: EnvironmentVariables,
  streams: CliStreams,
  options: () => ProgramOptions,
): Runner {
  // Standard output holds only the command's own lines. The log shows only warnings and errors.
  const logger = createLogger("warn", streams.stderr);

  type DatabaseCommand = Parameters<Runner["withDatabase"]>[0];

  async function open(scope: ConfigScope, command: DatabaseCommand): Promise<void> {
    const config = readConfig(environment, scope, readTextFile);
    const database = await openCliDatabase(config, { creates: options().init ?? false });
    try {
      await command(database, logger, config);
    } finally {
      await database.close();
    }
  }

  /** Like `open`, with the tables that the program needs. */
  const openTables = (scope: ConfigScope, { migrates }: { migrates: boolean }, command: DatabaseCommand) =>
    open(scope, async (database, _, config) => {
      const isNew = options().init && !config.databaseUrl && (await isEmpty(database));
      if (migrates || isNew) await migrate(database, logger);
      else await requireTables(database);
      await command(database, logger, config);
    });

  const tools = { clock: systemClock, random: systemRandom };

  return {
    environment,
    streams,
    isNegative: false,
    get isJson() {
      return options().json ?? false;
    },
    print: (chunks) => print(streams.stdout, chunks),
    withDatabase: (command) => open("database", command),
    withContext: (command, tables = { migrates: false }) =>
      openTables("database", tables, (database, _, config) =>
        command(createDatabaseContext(config, { database, ...tools })),
      ),
    withAudit: (command, tables = { migrates: false }) =>
      openTables("audit", tables, (database, _, config) =>
        command(createAuditContext(config, { database, ...tools }, resolveCommandKeys(config)), {
          config,
          logger,
        }),
      ),
    withKeys: (command) =>
      openTables("keys", { migrates: false }, (database, _, config) =>
        command({
          database,
          signingKeys: createSigningKeyStore(database),
          keyCipher: createKeyCipher(resolveEncryptionSecrets(config), systemRandom),
        }),
      ),
    async withSms(command) {
      const config = readConfig(environment, "sms", readTextFile);
      // The console gateway's messages are no JSON.
      const output = options().json ? streams.stderr : streams.stdout;
      const gateway = { logger, print: (line: string) => void output.write(`${line}\n`) };
      await command(await createSmsGateway(config.sms, gateway), config);
    },
  };
}
