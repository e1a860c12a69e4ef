import type { Statement } from "../db/database.js";
import { deleteExpired } from "../db/delete-batch.js";
import { seconds } from "../db/sql.js";
import { USER_COLUMNS } from "../users/user-row.js";
import { countsAsSecondFactor } from "./second-factor.js";

// Every time of a session is the database's, read with clock_timestamp() at the moment of the statement, after it waited
// for the row: processes share one clock. A process says only when a call was received, which can make the call earlier:
// a statement that ran late costs nobody a session.

/** An account has at most this many open sessions. */
const MAX_OPEN_SESSIONS = 20;
/** A session remembers this many used tokens: more than a client uses within the grace period. */
const MAX_USED_TOKENS = 8;

/** Whether a session is open. `maxAge` is the parameter with the longest life (s) of a session. */
export const isOpen = (maxAge: string) =>
  `sessions.revoked_at IS NULL AND sessions.expires_at > clock_timestamp()
     AND sessions.created_at + ${seconds(maxAge)} > clock_timestamp()`;

/** When a token expires that is issued at the time `issuedAt`. */
const expiry = (issuedAt: string, ttl: string, maxAge: string) =>
  `least(${issuedAt} + ${seconds(ttl)}, created_at + ${seconds(maxAge)})`;

/** Whether a call that was received at $4 and runs at `at` is within the grace period from `since` on. */
const isWithinGrace = (at: string, since: string) =>
  `least($4::timestamptz, ${at}) < ${since} + ${seconds("$5")}`;

const POSITION = "array_position(used_ids, $3)";
/** The successor of the used token $3: the token used after it, or the valid one. */
const SUCCESSOR = `coalesce(used_ids[${POSITION} + 1], refresh_id)`;
/** When the successor of the used token $3 was first presented, as far as the row knows; null if it was not. */
const CONFIRMATION = `CASE WHEN confirmed_id = ${SUCCESSOR} THEN confirmed_at ELSE used_at[${POSITION} + 1] END`;
/** Whether $3 is the last used token and nobody has presented its successor. */
const IS_UNCONFIRMED = "used_ids[cardinality(used_ids)] = $3 AND confirmed_id IS DISTINCT FROM refresh_id";

/**
 * What the use of the refresh token $3 is, for a call received at $4 with the grace period $5 (s):
 *
 * - first: the valid token.
 * - again: it was used before, and gets the successor that it got then. The grace period counts from its use and from
 *   the confirmation of its successor, because until then the client may have sent it once more.
 * - repeated: the same, but nobody has presented the successor, so the grace period starts anew. A copy of this request
 *   that the network delays must not replace the successor that it returns.
 * - renewed: nobody has presented the successor, and the client has lost it. It gets another one; the one before is used
 *   up.
 * - reused: any other token. Its owner and a thief may both hold a copy.
 *
 * Of the two times of a call the earlier one counts: a request that was received within the grace period and waited for
 * a hung database must not replace a successor that was delivered meanwhile.
 */
const useOfToken = (at: string) => `CASE
    WHEN refresh_id = $3::uuid THEN 'first'
    WHEN ${IS_UNCONFIRMED} AND ${isWithinGrace(at, `greatest(used_at[${POSITION}], last_used_at)`)} THEN 'repeated'
    WHEN ${IS_UNCONFIRMED} THEN 'renewed'
    WHEN $3 = ANY (used_ids) AND ${isWithinGrace(at, `greatest(used_at[${POSITION}], ${CONFIRMATION})`)} THEN 'again'
    ELSE 'reused' END`;

// The deletion of the account is cancelled when the statement ends (the trigger users_sign_in), so deletion_at is returned
// as it was.
export const open: Statement = {
  name: "sessions_open_4",
  text: `WITH proved AS (
           UPDATE users SET last_login = $4, password_hash = $7
           WHERE id = $2 AND phone = $5 AND password_hash = $6 AND is_active
             AND (deletion_at IS NULL OR deletion_at > clock_timestamp())
           RETURNING id AS user_id, clock_timestamp() AS created_at, deletion_at,
             CASE WHEN ${countsAsSecondFactor("$12::timestamptz")} THEN $12 END AS second_factor_at
         )
         INSERT INTO sessions (id, user_id, refresh_id, created_at, expires_at, client, address, second_factor_at)
         SELECT $1::uuid, user_id, $3::uuid, created_at, ${expiry("created_at", "$8", "$9")}, $10, $11,
           second_factor_at FROM proved
         RETURNING created_at, expires_at, second_factor_at, (SELECT deletion_at FROM proved)`,
};

// The sessions to keep come first. Runs in the transaction of `open`, whose lock on the account lets its logins pass one
// by one; as a statement of its own it sees the sessions of those before it.
export const endSurplus: Statement = {
  name: "sessions_end_surplus",
  text: `UPDATE sessions SET revoked_at = clock_timestamp()
         WHERE revoked_at IS NULL AND id IN (
           SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 AND ${isOpen("$3")}
           ORDER BY cardinality(used_ids) > 0 DESC,
                    CASE WHEN cardinality(used_ids) > 0
                         THEN greatest(created_at, last_used_at, used_at[cardinality(used_at)])
                         ELSE created_at END DESC
           OFFSET ${MAX_OPEN_SESSIONS - 1}
         )
         RETURNING id`,
};

/** The last recorded use of a session, or its sign-in. */
const LAST_USE = "coalesce(sessions.last_used_at, sessions.created_at)";

export const list: Statement = {
  name: "sessions_list",
  text: `SELECT id, created_at, ${LAST_USE} AS last_used_at, client, address FROM sessions
         WHERE user_id = $1 AND ${isOpen("$2")}
         ORDER BY id IS NOT DISTINCT FROM $3::uuid DESC, ${LAST_USE} DESC, created_at DESC, id`,
};

// Every call with an access token runs this. A column costs the driver 1 µs, and a value more: so there are few columns,
// and they are null unless something has to be done.
export const find: Statement = {
  name: "sessions_find_4",
  text: `SELECT ${isOpen("$3")} AS is_open,
           extract(epoch FROM clock_timestamp() - sessions.created_at)::float8 AS age_seconds,
           CASE WHEN cardinality(sessions.used_ids) > 0 AND sessions.confirmed_id IS DISTINCT FROM sessions.refresh_id
                THEN sessions.refresh_id END AS unconfirmed_id,
           CASE WHEN ${LAST_USE} < clock_timestamp() - interval '1 hour' THEN ${LAST_USE} END AS stale_since,
           CASE WHEN ${countsAsSecondFactor("sessions.second_factor_at")} THEN true END AS has_second_factor,
           ${USER_COLUMNS}
         FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.id = $1 AND sessions.user_id = $2`,
};

export const touch: Statement = {
  name: "sessions_touch",
  text: `UPDATE sessions SET
           confirmed_id = CASE WHEN refresh_id = $2::uuid THEN refresh_id ELSE confirmed_id END,
           confirmed_at = CASE WHEN refresh_id = $2 AND confirmed_id IS DISTINCT FROM refresh_id THEN clock_timestamp()
                               ELSE confirmed_at END,
           last_used_at = CASE WHEN $3::boolean THEN clock_timestamp() ELSE last_used_at END,
           address      = CASE WHEN $3 THEN $4 ELSE address END
         WHERE id = $1 AND revoked_at IS NULL AND (
           (refresh_id = $2 AND confirmed_id IS DISTINCT FROM refresh_id)
           OR ($3::boolean AND coalesce(last_used_at, created_at) < clock_timestamp() - interval '1 hour')
         )`,
};

// The row is locked first, so that everything below sees the rotations of concurrent callers, and one time. The row keeps
// the last used tokens, however long ago: a request for one of them may have waited for a hung database. The successor of
// a used token is the one used after it, or the valid one; it was issued when the token was used.
export const rotate: Statement = {
  name: "sessions_rotate_3",
  text: `WITH session AS MATERIALIZED (
           SELECT sessions.id AS session_id, sessions.created_at, refresh_id, used_ids, used_at, confirmed_id,
                  confirmed_at, last_used_at, clock_timestamp() AS at, ${USER_COLUMNS}
           FROM sessions JOIN users ON users.id = sessions.user_id
           WHERE sessions.id = $1 AND sessions.user_id = $2 AND users.is_active AND ${isOpen("$6")}
           FOR NO KEY UPDATE OF sessions
         ), use AS MATERIALIZED (
           SELECT *, ${useOfToken("at")} AS kind, cardinality(used_ids) - ${MAX_USED_TOKENS - 2} AS kept_from FROM session
         ), successor AS MATERIALIZED (
           SELECT *,
             CASE WHEN kind IN ('first', 'renewed') THEN $7::uuid ELSE ${SUCCESSOR} END AS successor_id,
             CASE WHEN kind IN ('first', 'renewed') THEN at ELSE used_at[${POSITION}] END AS issued_at
           FROM use WHERE kind <> 'reused'
         ), rotated AS (
           UPDATE sessions SET
             refresh_id   = successor_id,
             used_ids     = CASE WHEN kind = 'first' THEN array_append(successor.used_ids[kept_from:], $3)
                                 ELSE successor.used_ids END,
             used_at      = CASE WHEN kind = 'first' THEN array_append(successor.used_at[kept_from:], at)
                                 WHEN kind = 'renewed' THEN array_append(successor.used_at[:cardinality(successor.used_at) - 1], at)
                                 ELSE successor.used_at END,
             expires_at   = least(issued_at + ${seconds("$8")}, successor.created_at + ${seconds("$6")}),
             last_used_at = at,
             address      = $9
           FROM successor WHERE sessions.id = session_id AND kind <> 'again'
         )
         SELECT successor_id, issued_at, ${expiry("issued_at", "$8", "$6")} AS expires_at, at, ${USER_COLUMNS}
         FROM successor AS users`,
};

export const endReused: Statement = {
  name: "sessions_end_reused",
  text: `UPDATE sessions SET revoked_at = clock_timestamp()
         WHERE id = $1 AND user_id = $2 AND ${isOpen("$6")} AND ${useOfToken("clock_timestamp()")} = 'reused'
         RETURNING id`,
};

export const end: Statement = {
  name: "sessions_end_2",
  text: `UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = $1 AND user_id = $2 AND ${isOpen("$6")}
         RETURNING ${useOfToken("clock_timestamp()")} = 'reused' AS is_reused`,
};

export const endOne: Statement = {
  name: "sessions_end_one_2",
  text: `UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = $1 AND user_id = $2 AND ${isOpen("$3")}
         RETURNING id`,
};

export const endAll: Statement = {
  name: "sessions_end_all",
  text: `UPDATE sessions SET revoked_at = clock_timestamp()
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp() AND id IS DISTINCT FROM $2
         RETURNING id`,
};

export const purge = deleteExpired("sessions", "id", `expires_at < clock_timestamp() - ${seconds("$1")}`);
