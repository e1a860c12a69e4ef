import { expect } from "chai";
import type { Database } from "../../src/db/database.js";

/** What always holds in the tables, each with a query that finds the rows that break it. */
const INVARIANTS: Readonly<Record<string, string>> = {
  "an account that waits for activation has a code for its number, and the send was counted": `
    SELECT phone FROM users WHERE NOT is_active AND deactivated_at IS NULL AND NOT EXISTS (
      SELECT FROM codes JOIN sms_sends ON sms_sends.id = codes.id AND sms_sends.phone = codes.phone
      WHERE codes.user_id = users.id AND codes.purpose = 'activation' AND codes.phone = users.phone
    )`,
  "an active account has no activation code": `
    SELECT users.phone FROM users JOIN codes ON codes.user_id = users.id
    WHERE users.is_active AND codes.purpose = 'activation'`,
  "a code was compared at most five times": "SELECT id FROM codes WHERE attempts > 5",
  "a session belongs to an active account that has signed in": `
    SELECT sessions.id FROM sessions LEFT JOIN users ON users.id = sessions.user_id
    WHERE users.is_active IS NOT TRUE OR users.last_login IS NULL`,
  "a session records the last four uses of its tokens, each with its time, and not its valid token": `
    SELECT id FROM sessions
    WHERE cardinality(used_ids) <> cardinality(used_at) OR cardinality(used_ids) > 4 OR refresh_id = ANY (used_ids)`,
  "the counts of the whitelist are those of its entries": `
    SELECT counts.*, entries.* FROM
      (SELECT coalesce(sum(active), 0)::int AS active, coalesce(sum(inactive), 0)::int AS inactive FROM whitelist_counts) counts,
      (SELECT count(*) FILTER (WHERE is_active)::int AS listed, count(*) FILTER (WHERE NOT is_active)::int AS unlisted
        FROM whitelist_entries) entries
    WHERE active <> listed OR inactive <> unlisted`,
  "the last change to a number is the state of its entry": `
    SELECT coalesce(entry.phone, latest.phone) AS phone
    FROM whitelist_entries entry
    FULL JOIN (SELECT DISTINCT ON (phone) * FROM whitelist_history ORDER BY phone, id DESC) latest USING (phone)
    WHERE entry.is_active IS DISTINCT FROM latest.is_active OR entry.notes IS DISTINCT FROM latest.notes_after`,
};

/** Runs a query of a trial. */
export function query<Row extends object>(
  database: Database,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return database.run<Row>(null, { name: "trial", text, isAdHoc: true }, values);
}

/** Fails and names the invariant that a row breaks. */
export async function expectInvariants(database: Database): Promise<void> {
  for (const [invariant, text] of Object.entries(INVARIANTS)) {
    expect(await query(database, text), invariant).to.deep.equal([]);
  }
}
