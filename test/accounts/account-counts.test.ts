import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import type { AccountStatistics } from "../../src/accounts/statistics-store.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import type { AppContext } from "../../src/context.js";
import type { Tx } from "../../src/db/database.js";
import { migrate, pendingMigrations } from "../../src/db/migrate.js";
import { openDatabase } from "../../src/db/open-database.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import { updateProfile } from "../../src/profile/update-profile.js";
import { useTestDatabase } from "../support/database.js";
import { testLogger } from "../support/log.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  registered,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const adHoc = (text: string) => ({ name: "test_account_counts", text, isAdHoc: true });

/** The statistics, counted row by row. */
const COUNTED = `SELECT count(*) FILTER (WHERE is_active OR deactivated_at IS NOT NULL)::integer AS total,
  count(*) FILTER (WHERE is_active AND deletion_at IS NULL)::integer AS active,
  count(*) FILTER (WHERE is_active AND deletion_at IS NOT NULL)::integer AS leaving,
  count(*) FILTER (WHERE NOT is_active AND deactivated_at IS NOT NULL)::integer AS deactivated,
  (count(*) FILTER (WHERE NOT is_active AND deactivated_at IS NULL)
    + (SELECT count(*) FROM registrations))::integer AS pending FROM users`;

/** Inserts `count` accounts in one statement, a tenth of them deactivated and a tenth leaving. */
const insert = (first: number, count: number) =>
  `INSERT INTO users (phone, first_name, last_name, password_hash, date_joined, is_active, deactivated_at, deletion_at)
   SELECT '+9981' || lpad(n::text, 8, '0'), 'Ada', 'Lovelace', 'x', now(), n % 10 <> 1,
     CASE WHEN n % 10 = 1 THEN now() END, CASE WHEN n % 10 = 2 THEN now() + interval '14 days' END
   FROM generate_series(${first}, ${first + count - 1}) AS n`;

describe("the statistics of accounts", () => {
  const context = useTestContext({ scope: "test" });

  const run = <Row extends object>(text: string, tx: Tx | null = null) =>
    context.testDatabase.database.run<Row>(tx, adHoc(text), []);
  const read = (app: AppContext = context.app) => app.accountStatistics.read(null, context.clock.now());

  /** The statistics, which are those that counting every row gives. */
  async function exact(): Promise<AccountStatistics> {
    const statistics = await read();
    expect([statistics]).to.deep.equal(await run(COUNTED));
    return statistics;
  }
  const none = { total: 0, active: 0, leaving: 0, deactivated: 0, pending: 0 };

  it("follow an account from its registration to its end", async () => {
    expect(await exact()).to.deep.equal(none);
    const phone = await registered(context);
    expect(await exact()).to.deep.equal({ ...none, pending: 1 });
    const code = context.outbox.codeFor(phone);
    const { id } = await activate(context.app, { ...caller, phone, code });
    const active = { ...none, total: 1, active: 1 };
    expect(await exact()).to.deep.equal(active);
    const setActive = (isActive: boolean) =>
      setAccountActive(context.app, { phone, isActive, actor: COMMAND_LINE });
    await setActive(false);
    await setActive(false);
    expect(await exact()).to.deep.equal({ ...none, total: 1, deactivated: 1 });
    await setActive(true);
    expect(await exact()).to.deep.equal(active);
    await run(`UPDATE users SET deletion_at = now() WHERE id = ${id}`);
    expect(await exact()).to.deep.equal({ ...none, total: 1, leaving: 1 });
    await setActive(false);
    expect(await exact()).to.deep.equal({ ...none, total: 1, deactivated: 1 });
    await setActive(true);
    await run(`UPDATE users SET deletion_at = NULL WHERE id = ${id}`);
    expect(await exact()).to.deep.equal(active);
    await run(`DELETE FROM users WHERE id = ${id}`);
    expect(await exact()).to.deep.equal(none);
  });

  it("count an account that an older version left unproved as a registration, before and after it is one", async () => {
    const { id } = await activeUser(context);
    await run(`UPDATE users SET is_active = false WHERE id = ${id}`);
    expect(await exact()).to.deep.equal({ ...none, pending: 1 });
    await run("UPDATE users SET date_joined = now()");
    await run("SELECT move_waiting_accounts(NULL, NULL)");
    expect(await run("SELECT FROM users")).to.have.length(0);
    context.clock.set(new Date().toISOString());
    expect(await exact()).to.deep.equal({ ...none, pending: 1 });
  });

  it("count no registration that is over, whether or not its row is still there", async () => {
    await registered(context);
    context.clock.advance(86_399);
    expect((await read()).pending).to.equal(1);
    context.clock.advance(1);
    expect((await read()).pending).to.equal(0);
    context.clock.advance(1);
    await deleteExpired(context.app);
    expect(await exact()).to.deep.equal(none);
  });

  it("follow statements on many accounts, several of them in one statement or transaction", async () => {
    await run(insert(1, 10_000));
    const { total, active, leaving, deactivated } = await exact();
    expect([total, active, leaving, deactivated]).to.deep.equal([10_000, 8000, 1000, 1000]);
    await run(`WITH gone AS (DELETE FROM users WHERE phone < '+998100000100' RETURNING phone),
                    changed AS (UPDATE users SET deletion_at = NULL WHERE phone >= '+998100009000' RETURNING phone)
               ${insert(20_001, 10)}`);
    expect((await exact()).total).to.equal(9911);
    await context.app.database.transaction(async (tx) => {
      await run("DELETE FROM users WHERE NOT is_active", tx);
      await run("UPDATE users SET last_name = 'x'", tx);
      await run("UPDATE users SET is_active = false, deactivated_at = now()", tx);
      await run("UPDATE users SET is_active = true WHERE phone > '+998100005000'", tx);
    });
    await exact();
    await run("TRUNCATE users CASCADE");
    expect(await exact()).to.deep.equal(none);
    await run(insert(1, 10));
    expect((await exact()).total).to.equal(10);
  });

  it("are taken back with what is rolled back, also with a part of a transaction", async () => {
    await run(insert(1, 20));
    const before = await exact();
    const rolledBack = context.app.database.transaction(async (tx) => {
      await run("DELETE FROM users WHERE is_active", tx);
      throw new Error("taken back");
    });
    await rolledBack.catch(() => undefined);
    expect(await exact()).to.deep.equal(before);
    await context.app.database.transaction(async (tx) => {
      await run("SAVEPOINT before", tx);
      const twice = "UPDATE users SET is_active = NOT is_active, phone = '+998100000001'";
      expect(await run(twice, tx).catch(() => "failed")).to.equal("failed");
      await run("ROLLBACK TO before", tx);
      await run("DELETE FROM users WHERE phone = '+998100000003'", tx);
    });
    expect(await exact()).to.deep.equal({ ...before, total: 19, active: before.active - 1 });
  });

  it("are exact after 200 concurrent changes in two processes, some of them rolled back", async () => {
    const processes = [context.app, context.anotherProcess()];
    await run(insert(1, 200));
    await atOnce(200, async (index) => {
      const { database } = processes[index % 2]!;
      const where = `WHERE phone = '+9981${String(1 + index).padStart(8, "0")}'`;
      await database.run(null, adHoc(insert(1001 + index, 1)), []);
      if (index % 3 === 0) await database.run(null, adHoc(`DELETE FROM users ${where}`), []);
      if (index % 4 === 0) {
        await database.run(null, adHoc(`UPDATE users SET deletion_at = now() ${where}`), []);
      }
      if (index % 5 === 0) {
        const text = `UPDATE users SET is_active = NOT is_active, deactivated_at = now() ${where}`;
        await database.transaction(async (tx) => {
          await database.run(tx, adHoc(text), []);
          if (index % 10 === 0) throw new Error("taken back");
        });
      }
    });
    const { total, active, leaving, deactivated } = await exact();
    expect(total).to.equal(333);
    expect(Math.min(active, leaving, deactivated)).to.be.above(20);
    // As many rows as connections, at most.
    expect(await run("SELECT FROM account_counts")).to.have.length.within(1, 10);
  });

  it("wait for no transaction that changes accounts, and let none wait", async () => {
    await run(insert(1, 10));
    await context.app.database.transaction(async (tx) => {
      await run(insert(11, 10), tx);
      await activeUser(context);
      expect((await read()).total).to.equal(11);
    });
    expect((await exact()).total).to.equal(21);
  });

  it("are read by one statement, and cost a sign-in or a new profile nothing", async () => {
    const { id, phone } = await activeUser(context);
    context.statements.length = 0;
    await read();
    expect(context.statements).to.have.length(1);
    const versions = () => run("SELECT xmin::text FROM account_counts");
    const before = await versions();
    await login(context.app, { phone, password: testPassword });
    const values = { first_name: "Ada", last_name: "Doe", email: null, address: null, apartment_name: null };
    await updateProfile(context.app, { userId: id, fields: ["first_name"], values });
    expect(await run("SELECT FROM users WHERE last_login IS NOT NULL AND first_name = 'Ada'")).to.have.length(
      1,
    );
    expect(await versions()).to.deep.equal(before);
    await registered(context, newPhone());
    expect(await versions()).to.deep.equal(before);
  });
});

describe("the migration that counts accounts", () => {
  const base = useTestDatabase({ scope: "test" });

  it("counts those that exist, and those that are written while it waits for their writer", async () => {
    const { database } = base;
    const run = (text: string, tx: Tx | null = null) => database.run(tx, adHoc(text), []);
    await database.transaction((tx) =>
      database.execute(
        tx,
        `DROP TRIGGER count_row ON users; DROP TRIGGER count_rows ON users; DROP TRIGGER count_none ON users;
         DROP FUNCTION count_account_row; DROP FUNCTION count_account_changes; DROP FUNCTION account_count_of;
         DROP INDEX users_inactive_age, users_inactive_phone, users_leaving_age, users_leaving_phone;
         DROP TABLE account_counts; DELETE FROM schema_migrations WHERE name = '0024-account-counts'`,
      ),
    );
    await run(insert(1, 20));
    expect(await pendingMigrations(database)).to.deep.equal(["0024-account-counts"]);
    const migrating = openDatabase({ url: base.url, poolSize: 1 });
    try {
      let applied: Promise<string[]> = Promise.resolve([]);
      await database.transaction(async (tx) => {
        await run(insert(101, 10), tx);
        const waited = new Promise<void>((resolve) => {
          applied = migrate(
            migrating,
            testLogger((line) => {
              if (line.includes("in use")) resolve();
            }),
          );
        });
        await waited;
        // The migration waits no more, so that nothing waits behind it: the writer goes on, and so do others.
        await run(insert(201, 10), tx);
        await run(insert(301, 10));
      });
      expect(await applied).to.deep.equal(["0024-account-counts"]);
    } finally {
      await migrating.close();
    }
    const counts = "SELECT sum(active)::int AS active, sum(leaving)::int AS leaving FROM account_counts";
    expect(await run(counts)).to.deep.equal([{ active: 40, leaving: 5 }]);
    await run(insert(401, 10));
    expect(await run(counts)).to.deep.equal([{ active: 48, leaving: 6 }]);
  });
});
