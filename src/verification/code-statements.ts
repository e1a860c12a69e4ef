import type { Statement } from "../db/database.js";
import { deleteExpired } from "../db/delete-batch.js";
import { MAX_ATTEMPTS, OVERLAPPING_CODES } from "./code.js";

// Codes that share a count of attempts are a series. The count is in the row of the first code, the anchor: counting is
// an update of one row, which no insert of another code waits for. Anchors stay as long as any code of their series.

const SERIES = "coalesce(codes.series, codes.id)";

const JOIN_ANCHOR = `codes AS anchor ON anchor.id = ${SERIES}`;

const IS_VALID = `(
  SELECT count(*) < ${OVERLAPPING_CODES} AND bool_and(coalesce(newer.series, newer.id) = ${SERIES}) IS NOT FALSE
  FROM codes AS newer
  WHERE newer.user_id = codes.user_id AND newer.purpose = codes.purpose AND newer.number > codes.number
)`;

/** What follows FROM to find codes that are neither locked nor replaced; whether they have expired is not looked at. */
export const WORKING_CODES = `codes JOIN ${JOIN_ANCHOR} WHERE anchor.attempts < ${MAX_ATTEMPTS} AND ${IS_VALID}`;

/** The newest code for user $1 and purpose $2, if it went to number $3 and is unexpired at $4. */
const NEWEST = `FROM codes JOIN ${JOIN_ANCHOR}
  WHERE codes.id = (SELECT id FROM codes WHERE user_id = $1 AND purpose = $2::varchar ORDER BY number DESC LIMIT 1)
    AND codes.phone = $3::varchar AND codes.expires_at > $4`;

const OTHERS_OF_SERIES = `SELECT FROM codes AS other
  WHERE other.user_id = codes.user_id AND other.purpose = codes.purpose AND other.series = codes.id`;

export const lockAccount: Statement = {
  name: "codes_lock_account_3",
  text: `SELECT FROM users WHERE id = $1 AND is_active AND (deletion_at IS NULL OR $2 = 'password_reset')
           AND ($2 = 'phone_change' OR phone = $3) FOR SHARE`,
};

// A separate statement, because its snapshot must be taken after the lock is granted: only then does it see sessions
// that a concurrent change of the account has ended.
export const isSessionOpen: Statement = {
  name: "codes_is_session_open",
  text: "SELECT FROM sessions WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
};

export const add: Statement = {
  name: "codes_add",
  text: `INSERT INTO codes (user_id, purpose, phone, issued_at, id, code_digest, token_digest, expires_at, series)
         VALUES ($1, $2::varchar, $3::varchar, $4, $5, $6, $7, $8, (SELECT anchor.id ${NEWEST} AND anchor.attempts < ${MAX_ATTEMPTS}))
         RETURNING (SELECT attempts FROM codes AS anchor WHERE anchor.id = codes.series)`,
};

// An anchor that others need expires instead.
export const remove: Statement = {
  name: "codes_remove",
  text: `WITH needed AS (
           UPDATE codes SET expires_at = issued_at WHERE id = $1 AND EXISTS (${OTHERS_OF_SERIES})
         )
         DELETE FROM codes WHERE id = $1 AND NOT EXISTS (${OTHERS_OF_SERIES})`,
};

const LIVE_CODES = `SELECT codes.id, codes.user_id, codes.purpose, codes.code_digest, codes.phone,
                anchor.attempts >= ${MAX_ATTEMPTS} AS is_locked
         FROM codes JOIN ${JOIN_ANCHOR}`;

export const findByToken: Statement = {
  name: "codes_find_by_token_2",
  text: `${LIVE_CODES}
         WHERE codes.token_digest = $1 AND codes.purpose = $2 AND codes.expires_at > $3 AND ${IS_VALID}`,
};

export const findSent: Statement = {
  name: "codes_find_sent",
  text: `${LIVE_CODES}
         WHERE codes.user_id = $1 AND codes.purpose = $2 AND codes.phone = $3 AND codes.expires_at > $4 AND ${IS_VALID}
         ORDER BY codes.number DESC`,
};

export const findNewest: Statement = {
  name: "codes_find_newest",
  text: `SELECT codes.id, codes.expires_at, anchor.attempts ${NEWEST}`,
};

export const findValid: Statement = {
  name: "codes_find_valid",
  text: `SELECT codes.purpose, codes.phone, codes.issued_at, codes.expires_at, anchor.attempts
         FROM codes JOIN ${JOIN_ANCHOR}
         WHERE codes.user_id = $1 AND codes.expires_at > $2 AND ${IS_VALID} ORDER BY codes.number DESC`,
};

export const countAttempt: Statement = {
  name: "codes_count_attempt_2",
  text: `UPDATE codes AS anchor SET attempts = anchor.attempts + 1 FROM codes
         WHERE codes.id = $1 AND codes.expires_at > $2 AND ${IS_VALID}
           AND anchor.id = ${SERIES} AND anchor.attempts < ${MAX_ATTEMPTS}
         RETURNING anchor.id`,
};

export const refundAttempt: Statement = {
  name: "codes_refund_attempt_2",
  text: `UPDATE codes AS anchor SET attempts = anchor.attempts - 1 FROM codes
         WHERE codes.id = $1 AND anchor.id = ${SERIES} AND anchor.attempts > 0`,
};

// The account is locked first: callers with different codes of one user would otherwise wait for each other's rows.
export const consume: Statement = {
  name: "codes_consume_2",
  text: `WITH owner AS (
           SELECT id FROM users WHERE id = $2 FOR NO KEY UPDATE
         )
         DELETE FROM codes USING owner
         WHERE codes.user_id = owner.id AND ${SERIES} = (
           SELECT coalesce(series, id) FROM codes AS proved WHERE proved.id = $1
         )
         RETURNING codes.id`,
};

export const purge: Statement = deleteExpired(
  "codes",
  "id",
  `expires_at < $1 AND NOT EXISTS (${OTHERS_OF_SERIES} AND other.expires_at >= $1)`,
);
