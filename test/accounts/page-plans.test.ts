import { expect } from "chai";
import { createHistoryStore } from "../../src/audit/history-store.js";
import type { Database } from "../../src/db/database.js";
import { createWaitingStore } from "../../src/registrations/waiting-store.js";
import { createCodeStore } from "../../src/verification/code-store.js";
import { useTestDatabase } from "../support/database.js";

/** Enough that a full scan would show. */
const ROWS = 20_000;

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
  INSERT INTO account_history_values SELECT account_id, number, '{}', '{}', NULL FROM account_history;`;

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
      const plan = await planOf(history.latest(null, 123, before, 1001));
      expect(plan).not.to.match(/Seq Scan|Sort|Merge|Hash|Bitmap/);
      expect(plan).to.match(/Index Scan Backward using account_history_pkey/);
    }
  });
});
