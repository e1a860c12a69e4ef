import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { migrate, pendingMigrations } from "../../src/db/migrate.js";
import { useTestDatabase } from "../support/database.js";
import { testLogger } from "../support/log.js";

const adHoc = (text: string) => ({ name: "test_counts", text, isAdHoc: true });

/** What 0002 made before 0020 was written: triggers that get all changed rows as a table. */
const FORMER = `
  DROP TRIGGER count_row ON whitelist_entries;
  DROP TRIGGER count_rows ON whitelist_entries;
  DROP FUNCTION count_whitelist_row;
  CREATE OR REPLACE FUNCTION count_whitelist_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM add_to_whitelist_counts(count(*) FILTER (WHERE is_active), count(*) FILTER (WHERE NOT is_active))
        FROM rows_after;
      RETURN NULL;
    END $$;
  CREATE TRIGGER count_added AFTER INSERT ON whitelist_entries REFERENCING NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION count_whitelist_changes();
  DELETE FROM schema_migrations WHERE name = '0020-counts-by-row';`;

describe("the counts of the whitelist", () => {
  const base = useTestDatabase({ scope: "test" });

  const run = <Row extends object>(text: string) => base.database.run<Row>(null, adHoc(text), []);
  const triggers = () =>
    run<{ name: string; definition: string }>(
      `SELECT tgname AS name, pg_get_triggerdef(oid) AS definition FROM pg_trigger
       WHERE tgrelid = 'whitelist_entries'::regclass AND NOT tgisinternal ORDER BY tgname`,
    );
  const counts = () =>
    run<object>("SELECT sum(active)::int AS active, sum(inactive)::int AS inactive FROM whitelist_counts");
  const insert = (from: number, to: number, isActive: boolean) =>
    run(`INSERT INTO whitelist_entries (phone, notes, is_active, added_at)
         SELECT '+2376000' || lpad(n::text, 5, '0'), '', ${isActive}, now() FROM generate_series(${from}, ${to}) AS n`);

  it("are kept without transition tables, which distributed databases don't have", () => {
    const folder = "src/db/migrations/";
    const using = readdirSync(folder).filter((file) =>
      /REFERENCING/.test(readFileSync(folder + file, "utf8")),
    );
    expect(using).to.deep.equal([]);
  });

  it("follow every statement, also several in one and in one transaction", async () => {
    await insert(1, 10, true);
    await insert(11, 14, false);
    expect(await counts()).to.deep.equal([{ active: 10, inactive: 4 }]);
    await run("UPDATE whitelist_entries SET is_active = NOT is_active");
    expect(await counts()).to.deep.equal([{ active: 4, inactive: 10 }]);
    await run(`WITH gone AS (DELETE FROM whitelist_entries WHERE is_active RETURNING phone),
                    changed AS (UPDATE whitelist_entries SET is_active = true WHERE phone < '+237600000004' RETURNING phone)
               INSERT INTO whitelist_entries (phone, notes, is_active, added_at) VALUES ('+237699999999', '', false, now())`);
    expect(await counts()).to.deep.equal([{ active: 3, inactive: 8 }]);
    await base.database.transaction(async (tx) => {
      await base.database.run(tx, adHoc("DELETE FROM whitelist_entries WHERE is_active"), []);
      await base.database.run(tx, adHoc("UPDATE whitelist_entries SET notes = 'x'"), []);
      await base.database.run(tx, adHoc("UPDATE whitelist_entries SET is_active = true"), []);
    });
    expect(await counts()).to.deep.equal([{ active: 8, inactive: 0 }]);
    await run("TRUNCATE whitelist_entries CASCADE");
    expect(await counts()).to.deep.equal([{ active: null, inactive: null }]);
  });

  it("leave nothing of a statement that failed for the next one", async () => {
    await insert(1, 3, true);
    const failing = base.database.transaction(async (tx) => {
      await base.database.run(tx, adHoc("SAVEPOINT before"), []);
      const twice = "UPDATE whitelist_entries SET is_active = false, phone = '+237600000000'";
      await base.database.run(tx, adHoc(twice), []).catch(() => undefined);
      await base.database.run(tx, adHoc("ROLLBACK TO before"), []);
      await base.database.run(tx, adHoc("DELETE FROM whitelist_entries WHERE phone = '+237600000001'"), []);
    });
    await failing;
    expect(await counts()).to.deep.equal([{ active: 2, inactive: 0 }]);
  });

  it("go on in a database that had the triggers before", async () => {
    const fresh = await triggers();
    await base.database.transaction((tx) => base.database.execute(tx, FORMER));
    await insert(1, 5, true);
    expect(await pendingMigrations(base.database)).to.deep.equal(["0020-counts-by-row"]);
    await migrate(base.database, testLogger());
    expect(await triggers()).to.deep.equal(fresh);
    await insert(6, 9, false);
    await run("DELETE FROM whitelist_entries WHERE phone <= '+237600000002'");
    expect(await counts()).to.deep.equal([{ active: 3, inactive: 4 }]);
  });
});
