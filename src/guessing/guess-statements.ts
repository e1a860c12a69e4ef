import type { Statement } from "../db/database.js";
import { timesAfter } from "../db/sql.js";
import { CREDENTIALS_ATTRIBUTES } from "../users/user-store.js";
import {
  DAILY_GUESSES,
  FIRST_WAIT_AT,
  FIRST_WAIT_SECONDS,
  KNOWN_ADDRESSES,
  LONGEST_WAIT_SECONDS,
} from "./guess.js";

/** The end of the wait after `count` wrong passwords in a row, the last of them at `last`. */
const waitEnd = (count: string, last: string) =>
  `${last} + least(${FIRST_WAIT_SECONDS} * 2.0 ^ (${count} - ${FIRST_WAIT_AT}), ${LONGEST_WAIT_SECONDS}) * interval '1 s'`;

const recent = (times: string) => timesAfter(times, "$3");

/** The networks at the recent times, in the same order. */
const recentNetworks = `ARRAY(
    SELECT network FROM unnest(number_guesses.wrong_at, number_guesses.networks) AS wrong (at, network) WHERE at > $3
  )`;

const credentials = CREDENTIALS_ATTRIBUTES.join(", ");

// Each INSERT waits for the row of its count and reads it after that, so of concurrent passwords as many are counted as
// the count allows. A guess counts in one row, so nobody waits for anybody in a circle.
export const countLogin: Statement = {
  name: "guesses_count_login_2",
  text: `WITH account AS (
      SELECT ${credentials} FROM users WHERE phone = $1
    ), caller AS (
      SELECT account.id AS user_id, $4::varchar AS caller, $2::timestamptz + interval '1 day' AS expires_at, 1 AS rank
      FROM account
      WHERE account.id = $5::int AND substring(sha256(convert_to(password_hash, 'UTF8')) FOR 16) = $6::bytea
      UNION ALL
      SELECT user_id, caller, expires_at, 2 FROM known_callers JOIN account ON account.id = user_id
      WHERE caller = $7 AND expires_at > $2
      ORDER BY rank LIMIT 1
    ), known AS (
      INSERT INTO known_callers (user_id, caller, expires_at, wrong_at)
      SELECT user_id, caller, expires_at, ARRAY[$2::timestamptz] FROM caller
      ON CONFLICT (user_id, caller) DO UPDATE SET
        wrong_at = ${recent("known_callers.wrong_at")} || excluded.wrong_at, expires_at = CASE
          WHEN known_callers.caller LIKE 'device:%' THEN greatest(known_callers.expires_at, excluded.expires_at)
          ELSE known_callers.expires_at
        END
      WHERE (
        SELECT count(*) < ${DAILY_GUESSES.known}
          AND (count(*) < ${FIRST_WAIT_AT} OR ${waitEnd("count(*)", "max(at)")} <= $2)
        FROM unnest(known_callers.wrong_at) AS at WHERE at > $3
      )
      RETURNING cardinality(wrong_at) AS count
    ), other AS (
      INSERT INTO number_guesses (bucket, wrong_at, networks, last_at)
      SELECT $8::int, ARRAY[$2::timestamptz], ARRAY[$9::bigint], $2 WHERE NOT EXISTS (SELECT FROM caller)
      ON CONFLICT (bucket) DO UPDATE SET
        wrong_at = ${recent("number_guesses.wrong_at")} || excluded.wrong_at,
        networks = ${recentNetworks} || excluded.networks,
        last_at = excluded.last_at
      WHERE (
        SELECT count(*) < ${DAILY_GUESSES.unknown} AND (
          count(*) FILTER (WHERE network = $9) < ${FIRST_WAIT_AT}
          OR ${waitEnd("count(*) FILTER (WHERE network = $9)", "max(at) FILTER (WHERE network = $9)")} <= $2
        )
        FROM unnest(number_guesses.wrong_at, number_guesses.networks) AS wrong (at, network) WHERE at > $3
      )
      RETURNING cardinality(wrong_at) AS count
    )
    SELECT account.*, caller.caller, coalesce(known.count, other.count) AS count, earlier.*
    FROM (VALUES (1)) AS one LEFT JOIN account ON true LEFT JOIN caller ON true LEFT JOIN known ON true
    LEFT JOIN other ON true
    LEFT JOIN LATERAL (
      SELECT count(*)::int AS earlier_count, min(at) AS oldest,
        count(*) FILTER (WHERE is_same)::int AS in_a_row, max(at) FILTER (WHERE is_same) AS last
      FROM (
        SELECT at, true AS is_same FROM known_callers AS row, unnest(row.wrong_at) AS at
        WHERE row.user_id = caller.user_id AND row.caller = caller.caller
        UNION ALL
        SELECT at, network = $9 FROM number_guesses AS row, unnest(row.wrong_at, row.networks) AS wrong (at, network)
        WHERE row.bucket = $8 AND caller.caller IS NULL
      ) AS wrong WHERE at > $3
    ) AS earlier ON true`,
};

/**
 * Removes the guess that came at `at` from `network`, both parameters, and keeps `kept` of the networks of the others.
 * Several may have come at one time, so it goes by its position.
 */
function removeUnknown(bucket: string, network: string, at: string, kept: string): string {
  const position = `(
      SELECT max(n)
      FROM unnest(number_guesses.wrong_at, number_guesses.networks) WITH ORDINALITY AS wrong (at, network, n)
      WHERE at = ${at}::timestamptz AND network = ${network}::bigint
    )`;
  const others = (column: string, value: string) => `ARRAY(
      SELECT ${value} FROM unnest(number_guesses.${column}) WITH ORDINALITY AS wrong (item, n)
      WHERE n IS DISTINCT FROM ${position} ORDER BY n
    )`;
  return `UPDATE number_guesses SET
      wrong_at = ${others("wrong_at", "item")}, networks = ${others("networks", kept)}
    WHERE bucket = ${bucket}::int`;
}

export const takeBackUnknown: Statement = {
  name: "guesses_take_back_unknown",
  text: removeUnknown("$1", "$2", "$3", "item"),
};

/** After a right password the others of its network no longer count as in a row. */
export const restartUnknown: Statement = {
  name: "guesses_restart_unknown",
  text: removeUnknown("$1", "$2", "$3", "nullif(item, $2)"),
};

export const takeBackKnown: Statement = {
  name: "guesses_take_back_known",
  text: `UPDATE known_callers SET wrong_at = ARRAY(
      SELECT at FROM unnest(known_callers.wrong_at) WITH ORDINALITY AS wrong (at, n)
      WHERE n IS DISTINCT FROM (
        SELECT max(n) FROM unnest(known_callers.wrong_at) WITH ORDINALITY AS wrong (at, n) WHERE at = $3
      )
      ORDER BY n
    ) WHERE user_id = $1 AND caller = $2`,
};

// In a transaction that has locked the account. $2 is null if the caller has no address, $4 if no known caller guessed,
// $5 to $7 if no unknown one did.
export const know: Statement = {
  name: "guesses_know_2",
  text: `WITH known AS (
      INSERT INTO known_callers (user_id, caller, expires_at)
      SELECT $1::int, $2::varchar, $3::timestamptz WHERE $2 IS NOT NULL
      ON CONFLICT (user_id, caller) DO UPDATE SET expires_at = excluded.expires_at, wrong_at = '{}'
    ), restarted AS (
      UPDATE known_callers SET wrong_at = '{}' WHERE user_id = $1 AND caller = $4::varchar AND caller IS DISTINCT FROM $2
    ), taken AS (
      ${removeUnknown("$5", "$6", "$7", "nullif(item, $6)")}
    )
    DELETE FROM known_callers WHERE user_id = $1 AND caller IN (
      SELECT caller FROM known_callers
      WHERE user_id = $1 AND caller IS DISTINCT FROM $2 AND caller NOT LIKE 'device:%'
      ORDER BY expires_at DESC OFFSET ${KNOWN_ADDRESSES - 1}
    )`,
};

/**
 * A common table expression that makes an address known to the account in `created`, a common table expression with its
 * `id`: the first one of a new account. `caller` and `expiresAt` are parameters; `caller` is null if the caller has no
 * address.
 */
export const knowFirst = (created: string, { caller, expiresAt }: Record<"caller" | "expiresAt", string>) =>
  `known AS (
      INSERT INTO known_callers (user_id, caller, expires_at)
      SELECT id, ${caller}::varchar, ${expiresAt}::timestamptz FROM ${created} WHERE ${caller} IS NOT NULL
    )`;

// Kept as a count, not deleted: a concurrent guess from such an address would insert the row again, still known.
export const forget: Statement = {
  name: "guesses_forget_2",
  text: `UPDATE known_callers SET expires_at = $2
    WHERE user_id = $1 AND caller NOT LIKE 'device:%' AND expires_at > $2`,
};
