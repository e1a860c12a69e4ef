import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { migrate, pendingMigrations } from "../../src/db/migrate.js";
import { openDatabase } from "../../src/db/open-database.js";
import { useTestDatabase } from "../support/database.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { until } from "../support/until.js";

const files = readdirSync("src/db/migrations");
const all = files.map((file) => file.replace(/\.sql$/, "")).sort();

describe("migrate", () => {
  const db = useTestDatabase({ migrated: false, scope: "test" });

  it("applies every migration in order and returns their names", async () => {
    expect(await pendingMigrations(db.database)).to.deep.equal(all);
    expect(await migrate(db.database, testLogger())).to.deep.equal(all);
    const [users] = await db.database.sequelize.query("SELECT count(*)::int AS count FROM users");
    expect(users).to.deep.equal([{ count: 0 }]);
  });

  it("does nothing the second time", async () => {
    await migrate(db.database, testLogger());
    expect(await pendingMigrations(db.database)).to.deep.equal([]);
    expect(await migrate(db.database, testLogger())).to.deep.equal([]);
  });

  it("applies each migration once when several processes start at once", async () => {
    const others: Database[] = Array.from({ length: 8 }, () => openDatabase({ url: db.url, poolSize: 1 }));
    try {
      const applied = await Promise.all(others.map((database) => migrate(database, testLogger())));
      expect(applied.flat().sort()).to.deep.equal(all);
    } finally {
      await Promise.all(others.map((database) => database.close()));
    }
  });

  it("waits for another process beyond the statement timeout", async () => {
    const statementTimeoutMs = 1000;
    const open = () => openDatabase({ url: db.url, poolSize: 1, statementTimeoutMs });
    const [holder, waiter] = [open(), open()];
    try {
      let applied: Promise<string[]> = Promise.resolve([]);
      await holder.transaction(async (tx) => {
        await holder.execute(tx, "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(5260712)");
        applied = migrate(waiter, testLogger());
        // Longer than the timeout of the server and that of the client, which is a second longer.
        await holder.execute(tx, "SELECT pg_sleep(2.5)");
      });
      expect(await applied).to.deep.equal(all);
    } finally {
      await Promise.all([holder.close(), waiter.close()]);
    }
  });

  it("waits for a table in use without holding up those who use it", async () => {
    await db.database.sequelize.query(
      "CREATE TABLE schema_migrations (name text PRIMARY KEY, applied_at timestamptz)",
    );
    await db.database.sequelize.query(readFileSync("src/db/migrations/0001-identity.sql", "utf8"));
    await db.database.sequelize.query("INSERT INTO schema_migrations (name) VALUES ('0001-identity')");
    const dump = openDatabase({ url: db.url, poolSize: 1 });
    const lines: string[] = [];
    try {
      let applied: Promise<string[]> = Promise.resolve([]);
      await dump.transaction(async (tx) => {
        await dump.execute(tx, "LOCK sessions IN ACCESS SHARE MODE");
        const refused = new Promise<void>((resolve) => {
          const logger = testLogger((line) => {
            lines.push(line);
            if (line.includes("in use")) resolve();
          });
          applied = migrate(db.database, logger);
        });
        await refused;
        // The migration waits no more, so nothing waits behind it.
        await db.database.ping();
        await dump.execute(tx, "SELECT count(*) FROM sessions");
      });
      expect(await applied).to.deep.equal(all.slice(1));
    } finally {
      await dump.close();
    }
  });

  it("tries again after a deadlock with a program that uses its tables", async () => {
    const name = "0026-second-factor";
    const { sequelize } = db.database;
    await sequelize.query("CREATE TABLE schema_migrations (name text PRIMARY KEY, applied_at timestamptz)");
    for (const earlier of all.slice(0, all.indexOf(name))) {
      await sequelize.query(readFileSync(`src/db/migrations/${earlier}.sql`, "utf8"));
      await sequelize.query(`INSERT INTO schema_migrations (name) VALUES ('${earlier}')`);
    }
    const waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'codes'::regclass";
    const isWaiting = async () =>
      (await db.database.run(null, { name: "test_waits", text: waits }, [])).length > 0;
    // Found before a lock takes too long, by the migration.
    await sequelize.query(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 100', current_database()); END $$",
    );
    const open = () => openDatabase({ url: db.url, poolSize: 1 });
    const [program, migrating] = [open(), open()];
    try {
      let applied: Promise<string[]> = Promise.resolve([]);
      await program.transaction(async (tx) => {
        await program.execute(tx, "SET LOCAL deadlock_timeout = '1h'; LOCK codes IN ROW SHARE MODE");
        applied = migrate(migrating, testLogger());
        await until(isWaiting);
        await program.execute(tx, "LOCK users IN ROW SHARE MODE");
      });
      expect(await applied).to.deep.equal(all.slice(all.indexOf(name)));
    } finally {
      await Promise.all([program.close(), migrating.close()]);
    }
  });

  it("rolls back a migration that fails", async () => {
    await db.database.sequelize.query("CREATE TABLE whitelist_history (id int)");
    expect(await rejection(migrate(db.database, testLogger()))).to.have.property("code", "42P07");
    expect(await pendingMigrations(db.database)).to.deep.equal(all);
    const [users] = await db.database.sequelize.query("SELECT to_regclass('users') AS users");
    expect(users).to.deep.equal([{ users: null }]);
  });
});
