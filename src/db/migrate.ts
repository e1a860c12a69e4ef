import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config.js";
import { LoggableError } from "../system/loggable-error.js";
import type { Logger } from "../system/logger.js";
import { PROGRAM_FOLDER } from "../system/program-folder.js";
import type { Database, Tx } from "./database.js";
import { QueryError } from "./errors.js";

/** In `src` and, copied by `npm run build`, in `dist`. */
const MIGRATIONS_FOLDER = new URL("db/migrations/", PROGRAM_FOLDER);

/** Key of the migration lock among the database's advisory locks: an arbitrary number that nothing else uses. */
const LOCK_KEY = 5_260_712;

/**
 * How long a migration waits for a table that is in use, such as by a dump (ms). While it waits, every call that needs
 * the table waits behind it, so it gives up soon and tries again after a pause.
 */
const LOCK_TIMEOUT_MS = 1000;
const RETRY_AFTER_MS = 2000;

/** SQLSTATEs of a lock that was not granted in time, and of a deadlock, which is found first where `deadlock_timeout` is short. */
const LOCK_CONFLICTS: ReadonlySet<string | undefined> = new Set(["55P03", "40P01"]);

/** The names of all migrations, in order: `0001-identity`. */
async function knownMigrations(): Promise<string[]> {
  const files = await readdir(MIGRATIONS_FOLDER);
  return files
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length))
    .sort();
}

async function appliedMigrations(database: Database): Promise<Set<string>> {
  const text = "SELECT to_regclass('schema_migrations') IS NOT NULL AS exists";
  const [table] = await database.run<{ exists: boolean }>(null, { name: "migrations-table", text }, []);
  if (!table?.exists) return new Set();
  const rows = await database.models.schemaMigrations.findAll({
    attributes: ["name"],
    raw: true,
    transaction: null,
  });
  return new Set(rows.map((row) => row.name));
}

/** Whether the database has no tables yet. */
export async function isEmpty(database: Database): Promise<boolean> {
  return (await appliedMigrations(database)).size === 0;
}

/** Returns the names of the migrations that the database is missing, in order. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const applied = await appliedMigrations(database);
  return (await knownMigrations()).filter((name) => !applied.has(name));
}

/** Applies one migration, unless another process applied it while this one waited for the lock. */
async function apply(database: Database, tx: Tx, name: string): Promise<boolean> {
  await database.execute(tx, "SET LOCAL statement_timeout = 0");
  await database.execute(tx, `SELECT pg_advisory_xact_lock(${LOCK_KEY})`);
  await database.execute(tx, `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await database.execute(
    tx,
    "CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  const text = "INSERT INTO schema_migrations (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING name";
  const claimed = await database.run(tx, { name: "migration-claim", text }, [name]);
  if (claimed.length === 0) return false;
  await database.execute(tx, await readFile(new URL(`${name}.sql`, MIGRATIONS_FOLDER), "utf8"));
  return true;
}

/** Applies one migration once its tables can be locked. */
async function applyPatiently(database: Database, logger: Logger, name: string): Promise<boolean> {
  for (;;) {
    try {
      return await database.transaction((tx) => apply(database, tx, name));
    } catch (error) {
      if (!isLockConflict(error)) throw error;
      logger.warn({ migration: name }, "a table that the migration changes is in use; it is tried again");
      await delay(RETRY_AFTER_MS);
    }
  }
}

function isLockConflict(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: unknown };
  return cause instanceof QueryError && LOCK_CONFLICTS.has(cause.code);
}

/**
 * Brings the tables up to date and returns the names of the migrations that it applied. Each migration runs in its own
 * transaction, under a lock: any number of processes may call this concurrently, and each migration is applied once. One
 * whose tables are in use is tried again, for as long as it takes.
 */
export async function migrate(database: Database, logger: Logger): Promise<string[]> {
  const applied: string[] = [];
  for (const name of await pendingMigrations(database)) {
    if (await applyPatiently(database, logger, name)) {
      logger.info({ migration: name }, "migration applied");
      applied.push(name);
    }
  }
  return applied;
}

/** The database is missing migrations, and this process must not apply them. */
export class PendingMigrationsError extends LoggableError {
  constructor(pending: readonly string[]) {
    super(
      `The database is missing migrations (${pending.join(", ")}): run \`npm run migrate\`, or \`node dist/cli.js migrate\` in an image, first.`,
    );
  }
}

/** Throws PendingMigrationsError unless the tables are up to date. */
export async function requireTables(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0) throw new PendingMigrationsError(pending);
}

/**
 * Applies pending migrations. In production, where migrating is a separate deployment step, it throws
 * PendingMigrationsError instead.
 */
export async function prepareTables(
  { environment }: Pick<Config, "environment">,
  database: Database,
  logger: Logger,
): Promise<void> {
  if (environment === "production") await requireTables(database);
  else await migrate(database, logger);
}
