import { expect } from "chai";
import type { AccountOrder } from "../../src/accounts/account-page.js";
import { createAccountStore } from "../../src/accounts/account-store.js";
import { createAccountStatisticsStore } from "../../src/accounts/statistics-store.js";
import { createHistoryStore } from "../../src/audit/history-store.js";
import { createRecentChanges } from "../../src/audit/recent-changes.js";
import { createSessionStore } from "../../src/sessions/session-store.js";
import { createDeletionStore } from "../../src/users/deletion-store.js";
import { useTestContext } from "../support/test-context.js";
import { explaining, fillAccounts, filtersUpTo, nodesOf, ORDERS, pagesOf } from "./account-lists.js";

/** Enough that a full scan would show. */
const ACCOUNTS = 20_000;
/** As large a part of these accounts as a page of 1,000 is of 200,000. */
const LIMIT = 101;

describe("plans of accounts", function () {
  this.timeout(60_000);
  const context = useTestContext();
  let explained: ReturnType<typeof explaining>;

  before(async () => {
    const { database } = context.testDatabase;
    await database.transaction((tx) =>
      database.execute(
        tx,
        `SET LOCAL statement_timeout = 0;
         ${fillAccounts(ACCOUNTS)};
         INSERT INTO registrations (id, token_digest, phone, first_name, last_name, password_hash, created_at)
           SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), '+2377' || lpad(n::text, 8, '0'), 'Ada', 'Lovelace',
             repeat('x', 97), timestamptz '2026-03-01 12:00:00Z' - n * interval '1 minute'
           FROM generate_series(1, 5000) AS n;
         INSERT INTO account_history (account_id, number, at, action, actor_kind, fields, key_id, mac)
           SELECT 1 + n % 20, n / 20, now(), 'profile_changed', 'owner', '{}', 'k', '\\x00'
           FROM generate_series(1, 20000) AS n;
         INSERT INTO account_history (account_id, number, at, action, actor_kind, actor_id, fields, key_id, mac)
           SELECT 21 + n % 1000, n / 1000, now() - n * interval '1 minute',
             (ARRAY['viewed', 'viewed', 'viewed', 'role_changed', 'deactivated'])[1 + n % 5],
             (ARRAY['administrator', 'command_line'])[1 + n % 2], CASE WHEN n % 2 = 0 THEN 1 END, '{}', 'k', '\\x00'
           FROM generate_series(1, 20000) AS n;
         INSERT INTO account_history_values (account_id, number, reason)
           SELECT account_id, number, 'x' FROM account_history;
         INSERT INTO sessions (id, user_id, refresh_id, created_at, expires_at, last_used_at)
           SELECT gen_random_uuid(), id, gen_random_uuid(), now(), now() + interval '7 days', now() FROM users;
         ANALYZE users, registrations, account_history, account_history_values, sessions`,
      ),
    );
    explained = explaining(database);
  });

  /** The names of the indexes of the plan, which scans no table. */
  function indexes(name: string): string[] {
    expect(nodeTypes(), `${name}: ${JSON.stringify(explained.plan())}`).not.to.include("Seq Scan");
    return nodesOf(explained.plan()).flatMap((node) => node["Index Name"] ?? []);
  }

  const nodeTypes = () => nodesOf(explained.plan()).map((node) => node["Node Type"]);
  /** How many rows the plan sorts, by its own estimate. */
  const sortedRows = () =>
    nodesOf(explained.plan())
      .filter((node) => node["Node Type"] === "Sort")
      .reduce((sum, { Plans }) => sum + (Plans?.[0]?.["Plan Rows"] ?? 0), 0);
  const pagesInOrder = (order: AccountOrder) =>
    filtersUpTo(2, ACCOUNTS).flatMap(({ name, ...filter }) =>
      pagesOf(order, ACCOUNTS).map((after) => ({ ...filter, after, name: `${name}, after ${after}` })),
    );

  for (const order of ORDERS) {
    const direction = order.isDescending ? "descending" : "ascending";
    it(`scan no table for any filter or two filters by ${order.column}, ${direction}, on any page`, async () => {
      const accounts = createAccountStore(explained.database);
      for (const { name, filter, after, isOrdered } of pagesInOrder(order)) {
        await accounts.page(null, { filter, order, after, limit: LIMIT });
        indexes(name);
        if (isOrdered) expect(sortedRows(), name).to.be.at.most(LIMIT);
      }
    });
  }

  it("read nothing for filters that exclude each other, or a search for nothing", async () => {
    const accounts = createAccountStore(explained.database);
    const [order] = ORDERS;
    const impossible = [
      "inactive + state active",
      "inactive + state leaving",
      "active + state deactivated",
      "a search for nothing",
    ];
    const filters = filtersUpTo(2, ACCOUNTS).filter(({ name }) => impossible.includes(name));
    expect(filters).to.have.length(impossible.length);
    for (const { name, filter } of filters) {
      await accounts.page(null, { filter, order: order!, after: null, limit: LIMIT });
      expect(JSON.stringify(explained.plan()), name).to.include('"One-Time Filter":"false"');
    }
  });

  it("scan no table of accounts for the statistics, and no more registrations than those of a day", async () => {
    await createAccountStatisticsStore(explained.database).read(null, new Date("2026-03-01T12:00:00Z"));
    const nodes = nodesOf(explained.plan());
    expect(nodes.map((node) => node["Relation Name"]).filter(Boolean)).to.have.members([
      "account_counts",
      "registrations",
    ]);
    expect(nodes.find((node) => node["Relation Name"] === "registrations")).to.include({
      "Index Name": "registrations_age",
    });
  });

  it("scan no table for the accounts that are due for deletion", async () => {
    await createDeletionStore(explained.database).nextDue(null, [1, 2]);
    expect(indexes("due")).to.deep.equal(["users_deletion"]);
    expect(nodeTypes()).not.to.include("Sort");
    const [scan] = nodesOf(explained.plan()).filter((node) => "Index Cond" in node);
    expect(scan).to.have.property("Index Cond").that.includes("deletion_at");
  });

  it("scan no table for a page of an account's history", async () => {
    await createHistoryStore(explained.database).page(null, 7, 300, { limit: LIMIT, omitViews: false });
    expect(indexes("history")).to.include("account_history_pkey");
    expect(nodeTypes()).not.to.include("Sort");
  });

  it("scan no table for the latest changes to accounts, and read them in order", async () => {
    for (const ofSuperusers of [false, true]) {
      await createRecentChanges(explained.database).latest(null, { ofSuperusers, limit: 20 });
      expect(indexes("latest changes")).to.include("account_history_changes");
      expect(nodeTypes()).not.to.include("Sort");
      expect(nodeTypes().filter((type) => /Bitmap|Hash|Merge/.test(type))).to.deep.equal([]);
    }
  });

  it("scan no table for an account's sessions", async () => {
    await createSessionStore(explained.database, context.config.tokens).list(null, 7, null);
    expect(indexes("sessions")).to.have.length(1);
  });
});
