import type { Statement } from "../db/database.js";
import type { RegistrationClaim } from "./registration.js";

const ACCOUNT = "account AS (SELECT is_active, deactivated_at FROM users WHERE phone = $1)";

const BY_SECRET = `${ACCOUNT}, meant AS (
    SELECT *, true AS is_named FROM registrations WHERE phone = $1 AND created_at > $2 AND token_digest = ANY ($4::bytea[])
  )`;

const BY_NETWORK = `${ACCOUNT}, waiting AS (
    SELECT *, coalesce(network = $4, false) AS is_named FROM registrations WHERE phone = $1 AND created_at > $2
  ), meant AS (
    SELECT * FROM waiting
    WHERE is_named OR ((SELECT count(*) FROM waiting) = 1 AND NOT EXISTS (
      SELECT FROM registration_tries AS tries
      WHERE tries.phone = $1 AND tried_at > $2 AND tries.network <> coalesce(waiting.network, '')
    ))
  )`;

/**
 * A statement about the registrations that a caller means (contract.md, section 6), for callers who carry a secret and for
 * all others. `text` gets common table expressions that find the registrations. Parameters: $1 the phone number, $2 the
 * time since which registrations wait, $3 the time of the call, $4 what the caller shows: `key`.
 *
 * `account` is the number's account. `meant` has the registration whose secret the caller carries. Without a secret it
 * has those from the caller's network, and if there are none, the only one of the number, unless another network made one
 * too whose code could not leave: it may be the owner's, who must not activate what somebody else registered.
 */
export function byClaim(
  name: string,
  text: (meant: string) => string,
): (claim: RegistrationClaim) => { statement: Statement; key: Buffer[] | string | null } {
  const bySecret: Statement = { name: `${name}_by_secrets`, text: text(BY_SECRET) };
  const byNetwork: Statement = { name: `${name}_by_network`, text: text(BY_NETWORK) };
  return ({ tokenDigests, network }) =>
    tokenDigests ? { statement: bySecret, key: tokenDigests } : { statement: byNetwork, key: network };
}

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
