import type { Database, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import type { ActivationAttemptsRow } from "../db/models/activation-attempts.js";
import type { ActivationCodeRow } from "../db/models/activation-code.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { RegistrationRow } from "../db/models/registration.js";
import type { UserRow } from "../db/models/user.js";
import { timesAfter } from "../db/sql.js";
import { MAX_ATTEMPTS, OVERLAPPING_CODES } from "../verification/code.js";
import { type AccountColumns, type AccountState, accountState, byClaim } from "./meant-registrations.js";
import type { RegistrationClaim } from "./registration.js";

/** Attempts at the activation codes of one number in 24 hours, by callers who are named and by all others. */
export const DAILY_ATTEMPTS = { named: 50, other: 25 } as const;

/** A code that may be compared once. */
export interface ComparableCode {
  id: string;
  registrationId: string;
  registeredAt: Date;
  /** What the digest is bound to: the registration, or the account that an older version made of it. */
  ownerId: string | number;
  codeDigest: Buffer;
}

/** Result of an attempt to activate a phone number. */
export type ActivationAttempt =
  /** The attempt is counted: the codes may be compared once. A right one makes an account with the id `accountId`. */
  | { kind: "counted"; isNamed: boolean; accountId: number; codes: ComparableCode[] }
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
  /** Deletes the attempts of numbers that had none since `before`, a batch of them; true if there may be more. */
  purge(tx: Tx | null, before: Date): Promise<boolean>;
}

const recent = (times: string) => timesAfter(times, "$2");

// The counts are read after the rows are locked, so concurrent callers see each other's attempts. Several rows are locked
// in the order of their ids, so that callers don't wait for each other in a circle. Only what is compared is counted.
export const countAttempt = byClaim(
  "registrations_count_attempt",
  (meant) => `WITH ${meant}, locked AS (
      SELECT registrations.id, is_named,
        CASE WHEN is_named THEN registrations.named_attempts ELSE registrations.other_attempts END AS attempts,
        CASE WHEN is_named THEN registrations.named_since ELSE registrations.other_since END AS since
      FROM registrations JOIN meant USING (id)
      ORDER BY registrations.id FOR UPDATE OF registrations
    ), valid AS (
      SELECT locked.id, is_named, attempts < ${MAX_ATTEMPTS} AS is_open, code.id AS code_id, code_digest, former_user_id
      FROM locked JOIN LATERAL (
        SELECT * FROM activation_codes
        WHERE registration_id = locked.id AND expires_at > $3::timestamptz
        ORDER BY number DESC LIMIT ${OVERLAPPING_CODES}
      ) AS code ON code.number >= locked.since
    ), attempted AS (
      INSERT INTO activation_attempts (phone, named_at, other_at, last_at)
      SELECT $1, CASE WHEN is_named THEN ARRAY[$3] ELSE '{}' END, CASE WHEN is_named THEN '{}' ELSE ARRAY[$3] END, $3
      FROM valid WHERE is_open AND NOT EXISTS (SELECT FROM account) LIMIT 1
      ON CONFLICT (phone) DO UPDATE SET
        named_at = ${recent("activation_attempts.named_at")} || excluded.named_at,
        other_at = ${recent("activation_attempts.other_at")} || excluded.other_at,
        last_at = excluded.last_at
      WHERE CASE WHEN cardinality(excluded.named_at) > 0
        THEN cardinality(${recent("activation_attempts.named_at")}) < ${DAILY_ATTEMPTS.named}
        ELSE cardinality(${recent("activation_attempts.other_at")}) < ${DAILY_ATTEMPTS.other} END
      RETURNING next_account_id() AS account_id
    ), counted AS (
      UPDATE registrations SET
        named_attempts = named_attempts + is_named::int,
        other_attempts = other_attempts + (NOT is_named)::int
      FROM locked, attempted
      WHERE registrations.id = locked.id AND locked.id IN (SELECT id FROM valid WHERE is_open)
    )
    SELECT account.is_active, account.deactivated_at, meant.id AS registration_id, meant.is_named, meant.created_at,
      valid.is_open, valid.code_id, valid.code_digest, valid.former_user_id, attempted.account_id,
      CASE WHEN account_id IS NULL THEN (
        SELECT CASE WHEN meant.is_named THEN named_at ELSE other_at END FROM activation_attempts WHERE phone = $1
      ) END AS earlier
    FROM (VALUES (1)) AS one LEFT JOIN account ON true LEFT JOIN meant ON true
    LEFT JOIN valid ON valid.id = meant.id LEFT JOIN attempted ON true`,
);

interface AttemptRow
  extends AccountColumns,
    OuterJoined<Pick<RegistrationRow, "created_at">>,
    OuterJoined<Pick<ActivationCodeRow, "code_digest" | "former_user_id">> {
  registration_id: RegistrationRow["id"] | null;
  is_named: boolean | null;
  /** Whether attempts are left at the codes of the registration. Null if none of them is valid. */
  is_open: boolean | null;
  code_id: ActivationCodeRow["id"] | null;
  /** Null if nothing may be compared. */
  account_id: UserRow["id"] | null;
  /** Attempts before this one, if nothing may be compared. */
  earlier: ActivationAttemptsRow["named_at"] | null;
}

const purge = deleteExpired("activation_attempts", "phone", "last_at < $1");

export function createActivationAttemptStore(database: Database): ActivationAttemptStore {
  const { activationAttempts } = database.models;
  return {
    async count(tx, attempt) {
      const { phone, claim, now, since } = attempt;
      const { statement, key } = countAttempt(claim);
      return toAttempt(await database.run<AttemptRow>(tx, statement, [phone, since, now, key]), attempt);
    },
    clear(tx, phone) {
      return activationAttempts.destroy({ where: { phone }, transaction: tx });
    },
    async purge(tx, before) {
      return deleteBatch(database, tx, purge, [before]);
    },
  };
}

function toAttempt(rows: readonly AttemptRow[], { now, since }: Attempt): ActivationAttempt {
  const [first] = rows;
  const account = first ? accountState(first) : "none";
  if (account !== "none") return { kind: "account", account };
  if (!first?.registration_id) return { kind: "unknown" };
  const isNamed = first.is_named ?? false;
  if (first.account_id !== null) {
    return { kind: "counted", isNamed, accountId: first.account_id, codes: rows.flatMap(toComparableCode) };
  }
  if (!rows.some((row) => row.is_open)) {
    return { kind: rows.some((row) => row.code_id) ? "locked" : "expired", isNamed };
  }
  return { kind: "exhausted", isNamed, oldest: first.earlier?.find((at) => at > since) ?? now };
}

/** Codes of a registration whose attempts are used up are not compared, though those of another one are. */
function toComparableCode(row: AttemptRow): ComparableCode[] {
  const {
    registration_id: registrationId,
    created_at: registeredAt,
    code_id: id,
    code_digest: codeDigest,
  } = row;
  if (!row.is_open || !registrationId || !registeredAt || !id || !codeDigest) return [];
  return [{ id, registrationId, registeredAt, ownerId: row.former_user_id ?? registrationId, codeDigest }];
}
