import { expect } from "chai";
import { decodeJwt } from "jose";
import type { Database } from "../../src/db/database.js";
import { succeed } from "../support/rest-calls.js";
import type { RunningService } from "../support/running-service.js";
import { type Ledger, WHOLE_IMPORT } from "./crash-load.js";
import { query } from "./database-invariants.js";

/** Fails if something that was acknowledged is missing. */
export async function expectAcknowledged(database: Database, ledger: Ledger): Promise<void> {
  const missing = (text: string, phones: readonly string[]) =>
    query(database, `SELECT phone FROM unnest($1::text[]) AS phone WHERE phone NOT IN (${text})`, [phones]);
  expect(await missing("SELECT phone FROM whitelist_entries", ledger.listed)).to.deep.equal([]);
  const registered = "SELECT phone FROM registrations UNION SELECT phone FROM users";
  expect(await missing(registered, ledger.registered)).to.deep.equal([]);
  expect(await missing("SELECT phone FROM users WHERE is_active", ledger.activated)).to.deep.equal([]);
  // A refresh that was not acknowledged may have taken place: then the token is the last one used.
  const claims = ledger.sessions.map(({ refresh }) => decodeJwt(refresh));
  const text = `SELECT sid FROM unnest($1::uuid[], $2::uuid[]) AS acknowledged (sid, jti) WHERE NOT EXISTS (
    SELECT FROM sessions WHERE id = sid AND revoked_at IS NULL AND jti IN (refresh_id, used_ids[cardinality(used_ids)])
  )`;
  const values = [claims.map(({ sid }) => sid), claims.map(({ jti }) => jti)];
  expect(await query(database, text, values)).to.deep.equal([]);
  const torn = `SELECT import_id FROM whitelist_history WHERE notes_after = $1 GROUP BY import_id HAVING count(*) <> $2`;
  expect(await query(database, torn, [WHOLE_IMPORT.notes, WHOLE_IMPORT.lines])).to.deep.equal([]);
}

/** Refreshes each session twice at once, and repeats its previous refresh: a token has one successor, whoever asks. */
export async function expectOneSuccessor(
  service: RunningService,
  sessions: Ledger["sessions"],
): Promise<void> {
  for (const session of sessions) {
    const { refresh, previous } = session;
    const [one, two] = await Promise.all([
      succeed(service, "token/refresh", { refresh }),
      succeed(service, "token/refresh", { refresh }),
    ]);
    expect(one.refresh).to.equal(two.refresh);
    if (previous) {
      expect((await succeed(service, "token/refresh", { refresh: previous })).refresh).to.equal(refresh);
    }
    Object.assign(session, { refresh: one.refresh, previous: refresh });
  }
}
