import { expect } from "chai";
import { createHistoryStore, type HistoryStore } from "../../src/audit/history-store.js";
import { useTestDatabase } from "../support/database.js";

const fill = `
  INSERT INTO users (phone, first_name, last_name, password_hash, date_joined)
    SELECT '+2376' || lpad(account::text, 8, '0'), 'John', 'Doe', 'x', now() FROM generate_series(1, 20000) AS account;
  INSERT INTO account_history
    SELECT account, number, now(), 'phone_changed', 'owner', NULL, NULL, 1, '{phone}', '', '', NULL, 'key', ''
    FROM generate_series(1, 20000) AS account, generate_series(1, 5) AS number;
  INSERT INTO account_history_values SELECT account_id, number, '{}', '{}', NULL FROM account_history;
  INSERT INTO account_history_heads SELECT account, 5, '', '' FROM generate_series(1, 20000) AS account;`;

describe("plans of the account history", () => {
  const base = useTestDatabase();
  let plan: string;
  let history: HistoryStore;
  before(async () => {
    await base.database.sequelize.query(fill);
    await base.database.sequelize.query("ANALYZE");
    history = createHistoryStore({
      ...base.database,
      async run(tx, statement, values) {
        const text = `EXPLAIN ${statement.text}`;
        const explain = { ...statement, text, isAdHoc: true };
        const rows = await base.database.run<{ "QUERY PLAN": string }>(tx, explain, values);
        plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        return [];
      },
    });
  });

  /** Whether the plan reads rows in the middle of the tables without reading those before them, or sorting. */
  function expectIndexes(): void {
    expect(plan).not.to.match(/Seq Scan|Sort|Merge|Hash|Bitmap|Materialize/);
    expect(plan).to.match(/Index (Only )?Scan/);
  }

  it("read an account, and every batch of all accounts, from where they begin", async () => {
    await history.page(null, 10_000, 2, { limit: 1000, omitViews: false });
    expectIndexes();
    for (const lastAccountId of [10_000, 2 ** 31 - 1]) {
      const limit = 1000;
      await history.stored(null, { after: { account_id: 9_999, number: 5 }, lastAccountId, limit });
      expectIndexes();
      await history.heads(null, { afterAccountId: 9_999, lastAccountId, limit });
      expectIndexes();
    }
  });
});
