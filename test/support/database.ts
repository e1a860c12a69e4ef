import { randomBytes } from "node:crypto";
import type { Database } from "../../src/db/database.js";
import { migrate } from "../../src/db/migrate.js";
import { openDatabase } from "../../src/db/open-database.js";
import { testVariable } from "./environment.js";
import { type FixtureScope, useFixture } from "./fixture.js";
import { testLogger } from "./log.js";
import { createDatabase, dropDatabase } from "./template-database.js";

/** A database on the tests' PostgreSQL. */
export interface TestDatabase {
  database: Database;
  /** For processes that the test starts, so that they use the same tables. */
  url: string;
  /** Every statement that `database` has sent, but reads of signing keys; set its length to 0 to count again. */
  statements: string[];
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

interface TestDatabaseOptions {
  url?: string | undefined;
  migrated?: boolean;
  poolSize?: number;
  /** Time (ms) that a call waits for a connection. */
  connectTimeoutMs?: number;
}

/** Longer than any test takes: only a test about a timeout, which then sets it, meets one on a busy machine. */
const PATIENCE_MS = 60_000;

/**
 * Creates a database with all tables, or with none when `migrated` is false, on the tests' PostgreSQL or on the
 * server of `url`. One for each test file.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { url: serverUrl = testVariable("TEST_DATABASE_URL"), migrated = true } = options;
  const template = testVariable("TEST_DATABASE_TEMPLATE");
  const name = `${template}_${randomBytes(8).toString("hex")}`;
  // Another server does not have the template.
  const isClone = migrated && !options.url;
  const url = await createDatabase(serverUrl, name, isClone ? template : undefined);
  const statements: string[] = [];
  const database = openDatabase({
    url,
    poolSize: options.poolSize ?? 10,
    statementTimeoutMs: PATIENCE_MS,
    connectTimeoutMs: options.connectTimeoutMs ?? PATIENCE_MS,
    onStatement(text) {
      // Read once a second, whatever the test does.
      if (!text.includes("FROM signing_keys")) statements.push(text);
    },
  });
  if (migrated && !isClone) await migrate(database, testLogger());
  return {
    database,
    url,
    statements,
    async drop() {
      await database.close();
      await dropDatabase(serverUrl, name);
    },
  };
}

/** A database for the tests of the describe (or file) that calls this. */
export function useTestDatabase(options: TestDatabaseOptions & { scope?: FixtureScope } = {}): TestDatabase {
  return useFixture(
    () => testDatabase(options),
    (base) => base.drop(),
    options.scope,
  );
}
