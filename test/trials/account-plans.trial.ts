import { expect } from "chai";
import type { AccountOrder } from "../../src/accounts/account-page.js";
import { createAccountStore } from "../../src/accounts/account-store.js";
import { createAccountStatisticsStore } from "../../src/accounts/statistics-store.js";
import { createRecentChanges } from "../../src/audit/recent-changes.js";
import { openDatabase } from "../../src/db/open-database.js";
import { createDeletionStore } from "../../src/users/deletion-store.js";
import {
  explaining,
  fillAccounts,
  filtersUpTo,
  type NamedFilter,
  nodesOf,
  ORDERS,
  type PlanNode,
  pagesOf,
} from "../accounts/account-lists.js";
import { query } from "./database-invariants.js";
import { runTrial } from "./trial.js";
import { startContext } from "./trial-context.js";

// A million accounts, and what every list of them reads: `npm run trials -- account-plans`, some minutes.

const ACCOUNTS = 1_000_000;
/** A page of 1,000 and the row that tells whether there is another one. */
const LIMIT = 1001;
/**
 * The most accounts that a page may read. Where an index has the filter's accounts in order, these are those of the page. Else
 * they are all that match, or those of the order until there is a page: of two filters whose accounts don't meet, all of one,
 * such as the 50,000 deactivated accounts in search of a name that none of them has.
 */
const MAX_READ_IN_ORDER = 1.1 * LIMIT;
const MAX_READ = 65_000;
const SHOWN = 25;
/** The changes in an overview; each has an account and an administrator. */
const MAX_CHANGES = 20;

/** What one statement read. */
interface Reading {
  name: string;
  nodes: string;
  rows: number;
  blocks: number;
  ms: number;
}

function readingOf(name: string, plan: PlanNode): Reading {
  const nodes = nodesOf(plan);
  const scans = nodes.filter((node) => node["Relation Name"]);
  // The scans of indexes for a bitmap return places, not rows.
  const rows = scans.reduce((sum, node) => {
    const removed = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
    return sum + ((node["Actual Rows"] ?? 0) + removed) * (node["Actual Loops"] ?? 0);
  }, 0);
  const described = nodes
    .filter(({ "Node Type": type }) => /Scan|Sort|Result/.test(type))
    .map((node) =>
      [node["Node Type"], node["Index Name"] ?? node["Relation Name"]].filter(Boolean).join(" on "),
    );
  return {
    name,
    nodes: described.join(" < "),
    rows,
    blocks: (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0),
    ms: plan["Actual Total Time"] ?? 0,
  };
}

function print(title: string, readings: readonly Reading[]): void {
  console.log(`\n${title}\n${"rows".padStart(9)}${"blocks".padStart(9)}${"ms".padStart(9)}  statement: plan`);
  for (const { name, nodes, rows, blocks, ms } of readings) {
    const numbers = [rows, blocks, ms.toFixed(1)].map((number) => String(number).padStart(9)).join("");
    console.log(`${numbers}  ${name}: ${nodes}`);
  }
}

await runTrial("account-plans", [], async (trial) => {
  const { context } = await startContext(trial);
  const database = openDatabase({ url: context.testDatabase.url, poolSize: 1, statementTimeoutMs: 600_000 });
  trial.atEnd(() => database.close());
  const run = (text: string) => query(database, text);

  await trial.step("a million accounts, counted as they are added", async () => {
    await run(fillAccounts(ACCOUNTS));
    await run(
      `INSERT INTO registrations (id, token_digest, phone, first_name, last_name, password_hash, created_at)
       SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), '+2377' || lpad(n::text, 8, '0'), 'Ada', 'Lovelace',
         repeat('x', 97), now() - n * interval '10 s' FROM generate_series(1, 10000) AS n`,
    );
    await run("VACUUM (ANALYZE) users");
    await run("VACUUM (ANALYZE) registrations");
    const { total } = await createAccountStatisticsStore(database).read(null, context.clock.now());
    expect(total).to.equal(ACCOUNTS);
  });

  const explained = explaining(database, ", ANALYZE, BUFFERS");
  const accounts = createAccountStore(explained.database);
  const readings: (Reading & Pick<NamedFilter, "isOrdered">)[] = [];

  async function explainPages(filters: readonly NamedFilter[], order: AccountOrder, isLate: boolean) {
    for (const { name, filter, isOrdered } of filters) {
      const after = pagesOf(order, ACCOUNTS)[isLate ? 1 : 0]!;
      await accounts.page(null, { filter, order, after, limit: LIMIT });
      const place = `${order.column}${order.isDescending ? " desc" : ""}, ${isLate ? "late" : "first"} page`;
      readings.push({ ...readingOf(`${name}, ${place}`, explained.plan()), isOrdered });
    }
  }

  await trial.step(
    "every filter, and every two, in every order, on the first page and in the middle",
    async () => {
      for (const order of ORDERS) {
        for (const isLate of [false, true]) await explainPages(filtersUpTo(2, ACCOUNTS), order, isLate);
      }
      return `${readings.length} statements`;
    },
  );

  await trial.step("every three filters, on the first page of each order", async () => {
    const before = readings.length;
    const three = filtersUpTo(3, ACCOUNTS).filter(({ name }) => name.split(" + ").length === 3);
    for (const order of ORDERS) await explainPages(three, order, false);
    return `${readings.length - before} statements`;
  });

  await trial.step("the statistics", async () => {
    await createAccountStatisticsStore(explained.database).read(null, context.clock.now());
    readings.push({ ...readingOf("statistics", explained.plan()), isOrdered: false });
  });

  await trial.step("the account that is due first for erasure", async () => {
    await createDeletionStore(explained.database).nextDue(null, []);
    const reading = readingOf("due for erasure", explained.plan());
    readings.push({ ...reading, isOrdered: true });
    return reading.nodes;
  });

  await trial.step("the latest changes to accounts, among a million acts of owners and reads", async () => {
    await run(
      `INSERT INTO account_history (account_id, number, at, action, actor_kind, actor_id, fields, key_id, mac)
       SELECT 1 + n % ${ACCOUNTS / 2}, n / ${ACCOUNTS / 2}, now() - n * interval '1 s',
         CASE WHEN n % 10 < 8 THEN 'viewed' ELSE 'deactivated' END,
         CASE WHEN n % 4 = 0 THEN 'administrator' ELSE 'owner' END, CASE WHEN n % 4 = 0 THEN 1 END, '{}', 'k', '\\x00'
       FROM generate_series(1, ${ACCOUNTS}) AS n`,
    );
    await run("VACUUM (ANALYZE) account_history");
    for (const ofSuperusers of [false, true]) {
      await createRecentChanges(explained.database).latest(null, { ofSuperusers, limit: MAX_CHANGES });
      const reading = readingOf(`latest changes, of superusers ${ofSuperusers}`, explained.plan());
      readings.push({ ...reading, isOrdered: true });
      expect(reading.rows).to.be.at.most(3 * MAX_CHANGES);
    }
    return readings.at(-1)!.nodes;
  });

  const single = readings.filter(
    ({ name }) => !name.includes(" + ") && !name.endsWith("date_joined, late page"),
  );
  print("One filter or none", single);
  print("The most rows", readings.toSorted((a, b) => b.rows - a.rows).slice(0, SHOWN));
  print("The longest time", readings.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN));

  await trial.step("read by indexes, and a bounded number of accounts", async () => {
    expect(readings.filter(({ nodes }) => /Seq Scan on users/.test(nodes))).to.deep.equal([]);
    expect(readings.filter(({ rows }) => rows > MAX_READ)).to.deep.equal([]);
    expect(readings.filter(({ isOrdered, rows }) => isOrdered && rows > MAX_READ_IN_ORDER)).to.deep.equal([]);
  });
});
