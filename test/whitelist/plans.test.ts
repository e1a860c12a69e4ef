import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { createDirectoryStore } from "../../src/directory/directory-store.js";
import { parseSearch } from "../../src/paging/search-terms.js";
import { createWhitelistErasure } from "../../src/whitelist/whitelist-erasure.js";
import { createWhitelistHistory } from "../../src/whitelist/whitelist-history.js";
import {
  createWhitelistLists,
  type EntryFilter,
  type EntryOrder,
} from "../../src/whitelist/whitelist-lists.js";
import { nodesOf, type PlanNode } from "../accounts/account-lists.js";
import { type TestDatabase, useTestDatabase } from "../support/database.js";

/** The number of entries; there are a tenth as many accounts. Enough that a full scan would show. */
const ENTRIES = 100_000;

const fill = [
  `INSERT INTO users (phone, first_name, last_name, email, password_hash, is_active, is_staff, date_joined)
   SELECT '+2377' || lpad(n::text, 8, '0'), (ARRAY['John', 'Éléonore', 'Paul'])[1 + n % 3], 'Name' || n % 5000,
     'u' || n || '@example.com', 'x', n % 20 <> 0, n <= 50, now() - n * interval '1 minute'
   FROM generate_series(1, ${ENTRIES / 10}) AS n`,
  `INSERT INTO whitelist_entries (phone, added_by, added_at, notes, is_active)
   SELECT '+2376' || lpad(n::text, 8, '0'), CASE WHEN n % 3 > 0 THEN 1 + n % 40 END,
     now() - (n / 10) * interval '7 seconds',
     CASE WHEN n % 4 = 0 THEN '' WHEN n % 500 = 1 THEN 'Résidence Étoile' ELSE 'Client ' || n % 50 END, n % 33 <> 0
   FROM generate_series(1, ${ENTRIES}) AS n`,
  `INSERT INTO whitelist_history (phone, action, actor_id, actor_phone, happened_at, is_active, notes_after)
   SELECT phone, 'add', added_by, '+2377' || lpad(added_by::text, 8, '0'), added_at, is_active, notes
   FROM whitelist_entries`,
  // The newest is as long as the list.
  `INSERT INTO whitelist_history (phone, action, happened_at, import_id, is_active, notes_after)
   SELECT '+2378' || lpad(line::text, 8, '0'), 'add', now() - import.n * interval '1 day', import.id, true, ''
   FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(0, 49) AS n) AS import,
     generate_series(1, CASE import.n WHEN 0 THEN ${ENTRIES} ELSE 10 END) AS line`,
];

/**
 * Fills the tables of `base`. Their indexes are dropped before and created again afterwards, which takes half the time.
 * Without a statement timeout, which a busy machine exceeds.
 */
async function fillTables({ database }: TestDatabase): Promise<void> {
  const text = `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = 'public' AND tablename IN ('users', 'whitelist_entries', 'whitelist_history')
      AND indexname NOT IN (SELECT conname FROM pg_constraint)`;
  const indexes = await database.run<{ name: string; definition: string }>(
    null,
    { name: "test_indexes", text, isAdHoc: true },
    [],
  );
  await database.transaction(async (tx) => {
    await database.execute(tx, "SET LOCAL statement_timeout = 0");
    await database.execute(tx, `DROP INDEX ${indexes.map(({ name }) => name).join(", ")}`);
    for (const statement of fill) await database.execute(tx, statement);
    for (const { definition } of indexes) await database.execute(tx, definition);
    await database.execute(tx, "ANALYZE users, whitelist_entries, whitelist_history");
  });
}

describe("plans of the lists", function () {
  this.timeout(60_000);
  const base = useTestDatabase();
  let plans: string[] = [];
  /** Explains every statement instead of running it, except those whose rows are needed. */
  let explaining: Database;

  before(async () => {
    await fillTables(base);
    explaining = {
      ...base.database,
      async run(tx, statement, values) {
        const text = `EXPLAIN ${statement.text}`;
        const rows = await base.database.run<{ "QUERY PLAN": string }>(
          tx,
          { ...statement, text, isAdHoc: true },
          values,
        );
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
        const isNeeded = ["whitelist_adders", "whitelist_csv_page"].includes(statement.name);
        return isNeeded ? base.database.run(tx, statement, values) : [];
      },
    };
  });
  beforeEach(() => {
    plans = [];
  });

  function expectIndexes(): void {
    expect(plans).not.to.have.length(0);
    for (const plan of plans)
      expect(plan).not.to.match(/Seq Scan on (whitelist_entries|users|whitelist_history)/);
  }

  it("find what an erased person left by an index", async () => {
    const erasure = createWhitelistErasure(explaining);
    await erasure.forgetActor(null, 7);
    await erasure.findGoneActor(null);
    await base.database.transaction((tx) => erasure.forgetPhones(tx, ["+237600000001", "+237600000002"]));
    expectIndexes();
  });

  const none: EntryFilter = {
    isActive: null,
    search: null,
    addedBy: null,
    addedAfter: null,
    addedBefore: null,
  };
  const hoursAgo = (hours: number) => new Date(Date.parse("2026-03-01T00:00:00Z") - hours * 3_600_000);
  const filters: Record<string, Partial<EntryFilter>> = {
    "no filter": {},
    "active entries": { isActive: true },
    "inactive entries": { isActive: false },
    "an adder's id": { addedBy: { id: 7 } },
    "an adder's number": { addedBy: { phone: "+237700000007" } },
    "a time after": { addedAfter: hoursAgo(5) },
    "a time before": { addedBefore: hoursAgo(5) },
    "a whole number": { search: parseSearch("+237600012345") },
    "last digits": { search: parseSearch("12345") },
    "first digits": { search: parseSearch("6000123") },
    "a rare word": { search: parseSearch("residence") },
    "a common word": { search: parseSearch("client") },
    "words and a state": { search: parseSearch("client 12"), isActive: false },
    "an adder's name": { search: parseSearch("eleonore") },
    nothing: { search: parseSearch("?") },
  };
  const orders: EntryOrder[] = [
    { column: "added_at", isDescending: true },
    { column: "phone", isDescending: false },
  ];

  for (const [name, filter] of Object.entries(filters)) {
    it(`scan no whole table for entries with ${name}, on the first page and on a late one`, async () => {
      const lists = createWhitelistLists(explaining);
      for (const order of orders) {
        const far = order.column === "phone" ? ["+237600090000"] : ["2026-01-01 00:00:00.123456+00", "50000"];
        for (const after of [null, far]) {
          const range = { filter: { ...none, ...filter }, order, after };
          await lists.page(null, { ...range, limit: 1001 });
          await lists.csvPage(null, { ...range, limit: 2000 }, ",");
        }
      }
      expectIndexes();
    });
  }

  it("scan no whole table for a number's history or the statistics", async () => {
    await createWhitelistHistory(explaining).page(null, "+237600012345", null, 1001);
    await createWhitelistHistory(explaining).page(null, "+237600012345", ["50000"], 1001);
    expectIndexes();
    const lists = createWhitelistLists(base.database);
    expect(await lists.statistics(null)).to.deep.equal({ total: ENTRIES, active: 96_970, inactive: 3030 });
    const [counts] = await base.database.run<{ rows: number }>(
      null,
      { name: "test_rows", text: "SELECT count(*)::integer AS rows FROM whitelist_counts" },
      [],
    );
    expect(counts?.rows).to.be.below(10);
  });

  it("scan no whole table for the latest changes, and of a long import only what they count", async () => {
    await createWhitelistHistory(explaining).latest(null, 20);
    expectIndexes();
    for (const index of ["single", "imports"]) expect(plans[0]).to.include(`whitelist_history_${index}`);
    let rows = 0;
    const measuring: Database = {
      ...base.database,
      async run(tx, statement, values) {
        const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`;
        const explain = { ...statement, text, isAdHoc: true };
        const [row] = await base.database.run<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(tx, explain, values);
        const scans = nodesOf(row!["QUERY PLAN"][0].Plan).filter((node) => node["Relation Name"]);
        for (const node of scans) rows += (node["Actual Rows"] ?? 0) * (node["Actual Loops"] ?? 0);
        return [];
      },
    };
    await createWhitelistHistory(measuring).latest(null, 20);
    // The changes that are counted, of the newest import and of the others; 20 steps, and 20 single changes.
    expect(rows).to.be.within(10_000, 10_000 + 20 * 10 + 20 + 20);
  });

  it("read no more for the 100th page than for the first", async () => {
    let blocks = 0;
    /** Counts the blocks that a statement reads, instead of returning its rows. */
    const counting: Database = {
      ...base.database,
      async run(tx, statement, values) {
        const text = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement.text}`;
        const [row] = await base.database.run<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>(
          tx,
          { ...statement, text, isAdHoc: true },
          values,
        );
        const plan = row!["QUERY PLAN"][0].Plan;
        expect(plan["Actual Rows"]).to.be.above(900);
        blocks = plan["Shared Hit Blocks"]! + plan["Shared Read Blocks"]!;
        return [];
      },
    };
    const order = orders[0]!;
    const blocksFor = async (after: readonly string[] | null) => {
      await createWhitelistLists(counting).page(null, { filter: none, order, after, limit: 1000 });
      return blocks;
    };
    const first = await blocksFor(null);
    const text = `SELECT added_at::text AS at, id::text FROM whitelist_entries ORDER BY added_at DESC, id DESC
                  OFFSET ${ENTRIES - 1001} LIMIT 1`;
    const [place] = await base.database.run<{ at: string; id: string }>(
      null,
      { name: "test_place", text },
      [],
    );
    expect(await blocksFor([place!.at, place!.id])).to.be.within(1, 2 * first);
  });

  it("scan no whole table for a batch of users, by id or by number", async () => {
    const directory = createDirectoryStore(explaining);
    // As large a part of this table as 500 are of 100,000 accounts.
    const ids = Array.from({ length: 50 }, (_, n) => 1 + n * 190);
    await directory.findByIds(null, ids);
    await directory.findByPhones(
      null,
      ids.map((n) => `+2377${String(n).padStart(8, "0")}`),
    );
    expect(plans).to.have.length(2);
    for (const plan of plans) expect(plan).to.match(/Index Scan (using|on) users_(pkey|phone_key)/);
    expectIndexes();
  });
});
