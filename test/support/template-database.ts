import { randomBytes } from "node:crypto";
import pg from "pg";
import { migrate } from "../../src/db/migrate.js";
import { openDatabase } from "../../src/db/open-database.js";
import { createLogger } from "../../src/system/logger.js";

/** The migrated database that the tests of one run clone. */
export interface TemplateDatabase {
  name: string;
  /** Drops it and all databases whose names start with its name, also those that a killed test left behind. */
  drop(): Promise<void>;
}

/** Runs SQL on a connection of its own, outside a transaction: databases can't be created or dropped inside one. */
async function execute(url: string, sql: string, values?: unknown[]): Promise<Record<string, string>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Creates a database on the server of `url`, as a copy of `template` or else empty. Returns its URL. */
export async function createDatabase(url: string, name: string, template = "template0"): Promise<string> {
  await execute(url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}

/**
 * Drops a database on the server of `url`, and ends the role's connections to it first. WITH (FORCE) fails for a role
 * that is not a superuser while the server vacuums the database.
 */
export async function dropDatabase(url: string, name: string): Promise<void> {
  const connections = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND usename = current_user";
  await execute(url, `SELECT pg_terminate_backend(pid) FROM (${connections}) AS connection`, [name]);
  await execute(url, `DROP DATABASE IF EXISTS ${name}`);
}

/** Creates a database with all tables on the server of `url`, under a name that no other run uses. */
export async function createTemplateDatabase(url: string): Promise<TemplateDatabase> {
  const name = `waterbill_test_${randomBytes(4).toString("hex")}`;
  const own = await createDatabase(url, name).catch((cause: { code?: string }) => {
    const question = "is PostgreSQL running, and may the role create databases (CREATEDB)?";
    throw new Error(`Cannot create a database at TEST_DATABASE_URL (${cause.code}): ${question}`, { cause });
  });
  const database = openDatabase({ url: own, poolSize: 1 });
  // A clone is only possible while nothing is connected to the template.
  await migrate(database, createLogger("silent")).finally(() => database.close());
  return {
    name,
    async drop() {
      const names = "SELECT datname FROM pg_database WHERE starts_with(datname, $1)";
      for (const { datname } of await execute(url, names, [name])) await dropDatabase(url, datname!);
    },
  };
}
