/**
 * Common table expressions that find the registrations which a caller means (contract.md, section 6). Parameters: $1
 * the phone number, $2 the time since which registrations wait, $3 the digest of the caller's secret or null, $4 the
 * caller's network or null.
 *
 * `account` is the number's account. `meant` has the registration whose secret the caller carries. Without a secret it
 * has those from the caller's network, and if there are none, the only one of the number, unless another network made one
 * too whose code could not leave: it may be the owner's, who must not activate what somebody else registered.
 */
export const MEANT_REGISTRATIONS = `account AS (
    SELECT is_active, deactivated_at FROM users WHERE phone = $1
  ), waiting AS (
    SELECT * FROM registrations WHERE phone = $1 AND created_at > $2
  ), named AS (
    SELECT id FROM waiting WHERE CASE WHEN $3::bytea IS NULL THEN network = $4 ELSE token_digest = $3 END
  ), meant AS (
    SELECT waiting.*, waiting.id IN (SELECT id FROM named) AS is_named FROM waiting
    WHERE waiting.id IN (SELECT id FROM named)
      OR ($3 IS NULL AND NOT EXISTS (SELECT FROM named) AND (SELECT count(*) FROM waiting) = 1 AND NOT EXISTS (
        SELECT FROM registration_tries AS tries
        WHERE tries.phone = $1 AND tried_at > $2 AND tries.network <> coalesce(waiting.network, '')
      ))
  )`;

/** The account of the number, outer-joined: all null if there is none. */
export interface AccountColumns {
  is_active: boolean | null;
  deactivated_at: Date | null;
}

/** State of a phone number's account, if it has one. An account that an older version left unproved is `unproved`. */
export type AccountState = "none" | "active" | "deactivated" | "unproved";

export function accountState({ is_active, deactivated_at }: AccountColumns): AccountState {
  if (is_active === null) return "none";
  if (deactivated_at) return "deactivated";
  return is_active ? "active" : "unproved";
}
