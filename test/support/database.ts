import { randomBytes } from "node:crypto";
import type { Database } from "../../src/db/database.js";
import { migrate } from "../../src/db/migrate.js";
import { openDatabase } from "../../src/db/open-database.js";
import { testVariable } from "./environment.js";
import { type FixtureScope, useFixture } from "./fixture.js";
import { testLogger } from "./log.js";

/** A schema in the tests' PostgreSQL. */
export interface TestDatabase {
  database: Database;
  /** For processes that the test starts, so that they use the same tables. */
  url: string;
  schema: string;
  /** Every statement that `database` has sent; set its length to 0 to count again. */
  statements: string[];
  /** Removes the schema and closes the connections. */
  drop(): Promise<void>;
}

interface TestDatabaseOptions {
  url?: string | undefined;
  migrated?: boolean;
  poolSize?: number;
  /** Connection timeout (ms), instead of the service's. */
  connectTimeoutMs?: number;
}

/**
 * Creates a schema with all tables, or with none when `migrated` is false, in the tests' PostgreSQL or in the
 * one at `url`. One for each test file.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const url = options.url ?? testVariable("TEST_DATABASE_URL");
  const schema = `test_${randomBytes(8).toString("hex")}`;
  const statements: string[] = [];
  const database = openDatabase({
    url,
    schema,
    poolSize: options.poolSize ?? 10,
    ...(options.connectTimeoutMs && { connectTimeoutMs: options.connectTimeoutMs }),
    onStatement: (text) => statements.push(text),
  });
  await database.sequelize.query(`CREATE SCHEMA ${schema}`);
  if (options.migrated ?? true) await migrate(database, testLogger());
  return {
    database,
    url: withSchema(url, schema),
    schema,
    statements,
    async drop() {
      await database.sequelize.query(`DROP SCHEMA ${schema} CASCADE`);
      await database.close();
    },
  };
}

/** A schema for the tests of the describe (or file) that calls this. */
export function useTestDatabase(options: TestDatabaseOptions & { scope?: FixtureScope } = {}): TestDatabase {
  return useFixture(
    () => testDatabase(options),
    (base) => base.drop(),
    options.scope,
  );
}

/** `url` with `schema` as the search path of its connections. */
function withSchema(url: string, schema: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set("options", `-c search_path=${schema}`);
  return parsed.href;
}
