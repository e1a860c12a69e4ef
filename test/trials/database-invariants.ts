import { expect } from "chai";
import type { Database } from "../../src/db/database.js";

/** What always holds in the tables, each with a query that finds the rows that break it. */
const INVARIANTS: Readonly<Record<string, string>> = {
  "a registration has a code, and the send to its number was counted": `
    SELECT phone FROM registrations WHERE NOT EXISTS (
      SELECT FROM activation_codes JOIN sms_sends ON sms_sends.id = activation_codes.id
      WHERE registration_id = registrations.id AND sms_sends.phone = registrations.phone
    )`,
  "an account is active or was deactivated, and no registration waits for its number": `
    SELECT phone FROM users LEFT JOIN registrations USING (phone)
    WHERE NOT is_active AND deactivated_at IS NULL OR registrations.id IS NOT NULL`,
  "the codes of a registration were compared at most five times": `
    SELECT id FROM registrations WHERE named_attempts > 5 OR other_attempts > 5`,
  "the codes of a series were compared at most five times, and its first one is there": `
    SELECT coalesce(series, id) FROM codes GROUP BY 1 HAVING sum(attempts) > 5 OR NOT bool_or(series IS NULL)`,
  "a session belongs to an active account that has signed in": `
    SELECT sessions.id FROM sessions LEFT JOIN users ON users.id = sessions.user_id
    WHERE users.is_active IS NOT TRUE OR users.last_login IS NULL`,
  "a session records the last eight uses of its tokens, each with its time, and not its valid token": `
    SELECT id FROM sessions
    WHERE cardinality(used_ids) <> cardinality(used_at) OR cardinality(used_ids) > 8 OR refresh_id = ANY (used_ids)`,
  "one key signs access tokens, and one stands by": `
    SELECT * FROM
      (SELECT count(*) FILTER (WHERE signing_since IS NOT NULL) AS signing, count(*) FILTER (WHERE signing_since IS NULL) AS standby
        FROM signing_keys WHERE retired_at IS NULL AND revoked_at IS NULL) counts
    WHERE signing <> 1 OR standby <> 1`,
  "the history of an account has every number up to its end": `
    SELECT account_id FROM account_history_heads heads
    FULL JOIN (SELECT account_id, count(*) AS count, max(number) AS last FROM account_history GROUP BY account_id) acts
      USING (account_id)
    WHERE acts.count IS DISTINCT FROM heads.number OR acts.last IS DISTINCT FROM heads.number`,
  "the counts of the whitelist are those of its entries": `
    SELECT counts.*, entries.* FROM
      (SELECT coalesce(sum(active), 0)::int AS active, coalesce(sum(inactive), 0)::int AS inactive FROM whitelist_counts) counts,
      (SELECT count(*) FILTER (WHERE is_active)::int AS listed, count(*) FILTER (WHERE NOT is_active)::int AS unlisted
        FROM whitelist_entries) entries
    WHERE active <> listed OR inactive <> unlisted`,
  "the counts of accounts are those of their rows": `
    SELECT counts.*, accounts.* FROM
      (SELECT coalesce(sum(active + leaving), 0)::int AS active, coalesce(sum(leaving), 0)::int AS leaving,
        coalesce(sum(deactivated), 0)::int AS deactivated FROM account_counts) counts,
      (SELECT count(*) FILTER (WHERE is_active)::int AS activated,
        count(*) FILTER (WHERE is_active AND deletion_at IS NOT NULL)::int AS going,
        count(*) FILTER (WHERE NOT is_active AND deactivated_at IS NOT NULL)::int AS stopped FROM users) accounts
    WHERE (active, leaving, deactivated) <> (activated, going, stopped)`,
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
