import { Op } from "sequelize";
import type { Database, Statement, Tx } from "../db/database.js";
import type { ActivationAttemptsRow } from "../db/models/activation-attempts.js";
import type { ActivationCodeRow } from "../db/models/activation-code.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { RegistrationRow } from "../db/models/registration.js";
import { timesAfter } from "../db/sql.js";
import { MAX_ATTEMPTS, OVERLAPPING_CODES } from "../verification/code.js";
import {
  type AccountColumns,
  type AccountState,
  accountState,
  MEANT_REGISTRATIONS,
} from "./meant-registrations.js";
import type { RegistrationClaim } from "./registration.js";

/** Attempts at the activation codes of one number in 24 hours, by callers who are named and by all others. */
export const DAILY_ATTEMPTS = { named: 50, other: 25 } as const;

/** A code that may be compared once. */
export interface ComparableCode {
  id: string;
  registrationId: string;
  /** What the digest is bound to: the registration, or the account that an older version made of it. */
  ownerId: string | number;
  codeDigest: Buffer;
}

/** Result of an attempt to activate a phone number. */
export type ActivationAttempt =
  /** The attempt is counted: the codes may be compared once. */
  | { kind: "counted"; isNamed: boolean; codes: ComparableCode[] }
  /** The caller means no registration. */
  | { kind: "unknown" }
  /** The number has an account. */
  | { kind: "account"; account: Exclude<AccountState, "none"> }
  | { kind: "expired" | "locked"; isNamed: boolean }
  /** The number has had its attempts of 24 hours; `oldest` is the first of them. */
  | { kind: "exhausted"; isNamed: boolean; oldest: Date };

/** An attempt at the code of a phone number. */
interface Attempt {
  phone: string;
  claim: RegistrationClaim;
  now: Date;
  /** The time since which registrations wait and attempts count. */
  since: Date;
}

export interface ActivationAttemptStore {
  /**
   * Counts an attempt at the codes of the registrations that the caller means, before anything is compared. Between two
   * locks the codes of a registration are compared at most MAX_ATTEMPTS times with codes of callers who are named, and
   * as often with those of all others; those of a number at most DAILY_ATTEMPTS times in 24 hours. One statement, which
   * commits on its own when `tx` is null.
   */
  count(tx: Tx | null, attempt: Attempt): Promise<ActivationAttempt>;
  /** Forgets the attempts of 24 hours at the codes of a number. Returns 1 if there were any, otherwise 0. */
  clear(tx: Tx, phone: string): Promise<number>;
  /** Deletes the attempts of numbers that had none since `before`. */
  purge(tx: Tx | null, before: Date): Promise<void>;
}

const recent = (times: string) => timesAfter(times, "$2");

// The counts are read after the rows are locked, so concurrent callers see each other's attempts. Several rows are locked
// in the order of their ids, so that callers don't wait for each other in a circle. Only what is compared is counted.
const countAttempt: Statement = {
  name: "registrations_count_attempt",
  text: `WITH ${MEANT_REGISTRATIONS}, locked AS (
      SELECT registrations.id, is_named,
        CASE WHEN is_named THEN registrations.named_attempts ELSE registrations.other_attempts END AS attempts,
        CASE WHEN is_named THEN registrations.named_since ELSE registrations.other_since END AS since
      FROM registrations JOIN meant USING (id)
      ORDER BY registrations.id FOR UPDATE OF registrations
    ), countable AS (
      SELECT id, is_named, since FROM locked
      WHERE attempts < ${MAX_ATTEMPTS} AND NOT EXISTS (SELECT FROM account) AND EXISTS (
        SELECT FROM activation_codes
        WHERE registration_id = locked.id AND expires_at > $5::timestamptz AND number >= since
      )
    ), attempted AS (
      INSERT INTO activation_attempts (phone, named_at, other_at, last_at)
      SELECT $1, CASE WHEN is_named THEN ARRAY[$5] ELSE '{}' END, CASE WHEN is_named THEN '{}' ELSE ARRAY[$5] END, $5
      FROM countable LIMIT 1
      ON CONFLICT (phone) DO UPDATE SET
        named_at = ${recent("activation_attempts.named_at")} || excluded.named_at,
        other_at = ${recent("activation_attempts.other_at")} || excluded.other_at,
        last_at = excluded.last_at
      WHERE CASE WHEN cardinality(excluded.named_at) > 0
        THEN cardinality(${recent("activation_attempts.named_at")}) < ${DAILY_ATTEMPTS.named}
        ELSE cardinality(${recent("activation_attempts.other_at")}) < ${DAILY_ATTEMPTS.other} END
      RETURNING phone
    ), counted AS (
      UPDATE registrations SET
        named_attempts = named_attempts + is_named::int,
        other_attempts = other_attempts + (NOT is_named)::int
      FROM countable WHERE registrations.id = countable.id AND EXISTS (SELECT FROM attempted)
    )
    SELECT account.is_active, account.deactivated_at, meant.id AS registration_id, meant.is_named,
      countable.id IS NOT NULL AS is_countable, EXISTS (SELECT FROM attempted) AS is_allowed,
      codes.id AS code_id, codes.code_digest, codes.former_user_id,
      (SELECT CASE WHEN meant.is_named THEN ${recent("named_at")} ELSE ${recent("other_at")} END
       FROM activation_attempts WHERE phone = $1) AS earlier
    FROM (VALUES (1)) AS one LEFT JOIN account ON true LEFT JOIN meant ON true
    LEFT JOIN locked ON locked.id = meant.id LEFT JOIN countable ON countable.id = meant.id
    LEFT JOIN LATERAL (
      SELECT * FROM activation_codes
      WHERE registration_id = meant.id AND expires_at > $5 ORDER BY number DESC LIMIT ${OVERLAPPING_CODES}
    ) AS codes ON codes.number >= locked.since`,
};

interface AttemptRow
  extends AccountColumns,
    OuterJoined<Pick<ActivationCodeRow, "code_digest" | "former_user_id">> {
  registration_id: RegistrationRow["id"] | null;
  is_named: boolean | null;
  is_countable: boolean;
  is_allowed: boolean;
  code_id: ActivationCodeRow["id"] | null;
  earlier: ActivationAttemptsRow["named_at"] | null;
}

export function createActivationAttemptStore(database: Database): ActivationAttemptStore {
  const { activationAttempts } = database.models;
  return {
    async count(tx, { phone, claim, now, since }) {
      const values = [phone, since, claim.tokenDigest, claim.network, now];
      return toAttempt(await database.run<AttemptRow>(tx, countAttempt, values), now);
    },
    clear(tx, phone) {
      return activationAttempts.destroy({ where: { phone }, transaction: tx });
    },
    async purge(tx, before) {
      await activationAttempts.destroy({ where: { last_at: { [Op.lt]: before } }, transaction: tx });
    },
  };
}

function toAttempt(rows: readonly AttemptRow[], now: Date): ActivationAttempt {
  const [first] = rows;
  const account = first ? accountState(first) : "none";
  if (account !== "none") return { kind: "account", account };
  if (!first?.registration_id) return { kind: "unknown" };
  const isNamed = first.is_named ?? false;
  if (!rows.some((row) => row.is_countable)) {
    return { kind: rows.some((row) => row.code_id) ? "locked" : "expired", isNamed };
  }
  if (!first.is_allowed) return { kind: "exhausted", isNamed, oldest: first.earlier?.[0] ?? now };
  return { kind: "counted", isNamed, codes: rows.flatMap(toComparableCode) };
}

/** Codes of a registration whose attempts are used up are not compared, though those of another one are. */
function toComparableCode(row: AttemptRow): ComparableCode[] {
  const { registration_id, code_id, code_digest } = row;
  if (!row.is_countable || !registration_id || !code_id || !code_digest) return [];
  const ownerId = row.former_user_id ?? registration_id;
  return [{ id: code_id, registrationId: registration_id, ownerId, codeDigest: code_digest }];
}
