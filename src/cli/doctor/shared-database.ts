import type { Database } from "../../db/database.js";
import { QueryError } from "../../db/errors.js";
import { pendingMigrations } from "../../db/migrate.js";
import { withTimeout } from "../../system/timeout.js";
import { type Finding, skipped } from "./finding.js";

/** Time (ms) to open the database: the embedded one takes seconds on a busy machine. */
const OPEN_TIMEOUT_MS = 6000;
/** Time (ms) to close it, after which its connections end by their own timeouts. */
const CLOSE_TIMEOUT_MS = 1000;

/** The database that several checks look at, opened once. */
export interface SharedDatabase {
  /** Resolves when the database responds. Rejects, each time with the same error, if it can't be opened. */
  open(): Promise<Database>;
  close(): Promise<void>;
}

export function shareDatabase(open: () => Promise<Database>): SharedDatabase {
  let opening: Promise<Database> | undefined;
  let responding: Promise<Database> | undefined;

  async function closeOpened(): Promise<void> {
    const database = await opening;
    await database?.close();
  }

  async function openResponding(): Promise<Database> {
    opening = open();
    const database = await withTimeout(OPEN_TIMEOUT_MS, opening);
    await database.ping();
    return database;
  }

  return {
    open() {
      responding ??= openResponding();
      return responding;
    },
    async close() {
      // If it can't be opened or closed, a check has said so.
      await withTimeout(CLOSE_TIMEOUT_MS, closeOpened()).catch(() => undefined);
    },
  };
}

/** Runs `check` on the database, or skips it: what is wrong with the database is for another check to say. */
export async function onDatabase(
  shared: SharedDatabase,
  check: (database: Database) => Promise<Finding>,
): Promise<Finding> {
  const database = await shared.open().catch(() => null);
  return database ? check(database) : skipped("needs the database");
}

/** SQLSTATE of a table or column that doesn't exist. */
const UNDEFINED_CODES: readonly unknown[] = ["42P01", "42703"];

/** Like `onDatabase`, and skips the check if a table is missing because migrations are pending. */
export async function onTables(
  shared: SharedDatabase,
  check: (database: Database) => Promise<Finding>,
): Promise<Finding> {
  return onDatabase(shared, async (database) => {
    try {
      return await check(database);
    } catch (error) {
      const isUndefined = error instanceof QueryError && UNDEFINED_CODES.includes(error.code);
      if (!isUndefined || (await pendingMigrations(database)).length === 0) throw error;
      return skipped("needs the migrations");
    }
  });
}
