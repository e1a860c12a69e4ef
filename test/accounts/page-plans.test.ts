import { expect } from "chai";
import { createHistoryStore } from "../../src/audit/history-store.js";
import type { Database } from "../../src/db/database.js";
import { createWaitingStore } from "../../src/registrations/waiting-store.js";
import { createCodeStore } from "../../src/verification/code-store.js";
import { useTestDatabase } from "../support/database.js";

/** Enough that a full scan would show. */
const ROWS = 20_000;

/** An account that administrators have read so often, with five other acts in between. */
const VIEWED_ID = 124;
const VIEWS = 100_000;

const fill = `
  INSERT INTO users (phone, first_name, last_name, password_hash, is_active, date_joined)
    SELECT '+2377' || lpad(n::text, 8, '0'), 'John', 'Doe', 'x', true, now() FROM generate_series(1, ${ROWS}) AS n;
  INSERT INTO codes (id, user_id, purpose, code_digest, token_digest, phone, issued_at, expires_at)
    SELECT gen_random_uuid(), id, 'password_reset', '', sha256(phone::bytea), phone, now(), now() + interval '10 minutes'
    FROM users;
  INSERT INTO registrations (id, token_digest, phone, first_name, last_name, password_hash, created_at)
    SELECT gen_random_uuid(), sha256(phone::bytea), '+2376' || lpad(id::text, 8, '0'), 'John', 'Doe', 'x', now() FROM users;
  INSERT INTO activation_codes (id, registration_id, code_digest, expires_at)
    SELECT gen_random_uuid(), id, '', now() + interval '10 minutes' FROM registrations, generate_series(1, 3);
  INSERT INTO activation_attempts (phone, named_at, last_at) SELECT phone, ARRAY[now()], now() FROM registrations;
  INSERT INTO account_history
    SELECT id, number, now(), 'viewed', 'administrator', 1, NULL, 1, '{account}', '', '', NULL, 'key', ''
    FROM users, generate_series(1, CASE users.id WHEN 123 THEN ${ROWS} ELSE 3 END) AS number;
  INSERT INTO account_history_values SELECT account_id, number, '{}', '{}', NULL FROM account_history;
  INSERT INTO account_history
    SELECT ${VIEWED_ID}, number, now(), CASE number % (${VIEWS} / 5) WHEN 0 THEN 'deactivated' ELSE 'viewed' END,
      'administrator', 1, NULL, 0, '{}', '', '', NULL, 'key', ''
    FROM generate_series(4, ${VIEWS} + 3) AS number;`;

describe("plans of an account's page and history", function () {
  this.timeout(60_000);
  const base = useTestDatabase();
  let plans: string[] = [];
  let explaining: Database;

  before(async () => {
    await base.database.sequelize.query(fill);
    await base.database.sequelize.query("ANALYZE");
    explaining = {
      ...base.database,
      async run(tx, statement, values) {
        const text = `EXPLAIN ${statement.text}`;
        const explain = { ...statement, text, isAdHoc: true };
        const rows = await base.database.run<{ "QUERY PLAN": string }>(tx, explain, values);
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
        return [];
      },
    };
  });
  beforeEach(() => {
    plans = [];
  });

  /** The plan of the one statement that `read` runs. */
  async function planOf(read: Promise<unknown>): Promise<string> {
    await read;
    expect(plans).to.have.length(1);
    return plans.join("");
  }

  it("find what waits for a number by indexes", async () => {
    const plan = await planOf(createWaitingStore(explaining).find(null, "+237600000123", new Date()));
    expect(plan).not.to.match(/Seq Scan|Merge|Hash/);
    for (const index of ["registrations_phone", "activation_codes_newest", "activation_attempts_pkey"]) {
      expect(plan).to.match(new RegExp(`Index Scan.* (using|on) ${index}`));
    }
  });

  it("find the codes of an account by indexes", async () => {
    const plan = await planOf(createCodeStore(explaining).findValid(null, 123, new Date()));
    expect(plan).not.to.match(/Seq Scan|Merge|Hash/);
    expect(plan).to.match(/Index Scan.* (using|on) codes_newest/);
  });

  it("read a history backwards from where a page begins, without sorting", async () => {
    const history = createHistoryStore(explaining);
    for (const before of [2 ** 31 - 1, 3]) {
      plans = [];
      const plan = await planOf(history.latest(null, 123, before, { limit: 1001, omitViews: false }));
      expect(plan).not.to.match(/Seq Scan|Sort|Merge|Hash|Bitmap/);
      expect(plan).to.match(/Index Scan Backward using account_history_pkey/);
    }
  });

  it("read a history without its views in both directions, and none of 100,000 views", async () => {
    const history = createHistoryStore(explaining);
    const page = { limit: 1001, omitViews: true };
    for (const [read, number, direction] of [
      [history.latest, 2 ** 31 - 1, " Backward"],
      [history.latest, VIEWS / 2, " Backward"],
      [history.page, 0, ""],
      [history.page, VIEWS / 2, ""],
    ] as const) {
      plans = [];
      const plan = await planOf(read(null, VIEWED_ID, number, page));
      expect(plan).not.to.match(/Seq Scan|Sort|Merge|Hash|Bitmap|Filter/);
      expect(plan).to.include(`Index Scan${direction} using account_history_without_views`);
    }
    const acts = await createHistoryStore(base.database).latest(null, VIEWED_ID, 2 ** 31 - 1, page);
    expect(acts.map(({ number }) => number)).to.deep.equal(
      [5, 4, 3, 2, 1].map((fifth) => (fifth * VIEWS) / 5),
    );
  });
});
