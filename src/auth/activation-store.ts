import type { Database, Statement, Tx } from "../db/database.js";
import type { CodeRow } from "../db/models/code.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { UserRow } from "../db/models/user.js";
import type { User } from "../users/user.js";
import { toUser, USER_COLUMNS, type UserAttributes } from "../users/user-row.js";
import type { CodeBinding } from "../verification/code.js";
import { MAX_ATTEMPTS } from "../verification/code.js";

/** Result of an attempt to activate the account of a phone number. */
export type ActivationAttempt =
  /** The attempt is counted: the code may be compared once. */
  | { kind: "counted"; binding: CodeBinding; codeDigest: Buffer }
  /** No account has the number, or an administrator has deactivated it. */
  | { kind: "unknown" }
  | { kind: "active" }
  | { kind: "expired" }
  | { kind: "locked" };

export interface ActivationStore {
  /**
   * Counts an attempt at the newest activation code of the number's account, before anything is compared: a code is
   * compared at most MAX_ATTEMPTS times, however many callers there are. One statement, which commits on its own when
   * `tx` is null.
   */
  countAttempt(tx: Tx | null, phone: string, now: Date): Promise<ActivationAttempt>;
  /**
   * Activates the account whose code was correct and voids its codes. One statement; null for every caller but the
   * first.
   */
  activate(tx: Tx | null, binding: CodeBinding): Promise<User | null>;
}

const countAttempt: Statement = {
  name: "activation_count_attempt",
  text: `WITH account AS (
           SELECT id, is_active, deactivated_at FROM users WHERE phone = $1
         ), newest AS (
           SELECT codes.id, codes.expires_at
           FROM codes JOIN account ON codes.user_id = account.id
           WHERE codes.purpose = 'activation' AND NOT account.is_active AND account.deactivated_at IS NULL
           ORDER BY codes.number DESC LIMIT 1
         ), counted AS (
           UPDATE codes SET attempts = attempts + 1
           WHERE id = (SELECT id FROM newest) AND attempts < ${MAX_ATTEMPTS} AND expires_at > $2
           RETURNING id, code_digest
         )
         SELECT account.id AS user_id, account.is_active, account.deactivated_at, newest.expires_at,
                counted.id AS code_id, counted.code_digest
         FROM account LEFT JOIN newest ON true LEFT JOIN counted ON true`,
};

const activate: Statement = {
  name: "activation_activate",
  text: `WITH spent AS (
           DELETE FROM codes WHERE id = $1 AND user_id = $2 RETURNING id
         ), voided AS (
           DELETE FROM codes WHERE user_id = $2 AND id <> $1 AND EXISTS (SELECT FROM spent)
         )
         UPDATE users SET is_active = true
         WHERE id = $2 AND NOT is_active AND deactivated_at IS NULL AND EXISTS (SELECT FROM spent)
         RETURNING ${USER_COLUMNS}`,
};

interface AttemptRow
  extends Pick<UserRow, "is_active" | "deactivated_at">,
    OuterJoined<Pick<CodeRow, "expires_at" | "code_digest">> {
  user_id: UserRow["id"];
  code_id: CodeRow["id"] | null;
}

export function createActivationStore(database: Database): ActivationStore {
  return {
    async countAttempt(tx, phone, now) {
      const [row] = await database.run<AttemptRow>(tx, countAttempt, [phone, now]);
      if (!row || row.deactivated_at) return { kind: "unknown" };
      if (row.is_active) return { kind: "active" };
      if (row.code_id && row.code_digest) {
        const binding = { id: row.code_id, userId: row.user_id, purpose: "activation" as const };
        return { kind: "counted", binding, codeDigest: row.code_digest };
      }
      return row.expires_at && row.expires_at > now ? { kind: "locked" } : { kind: "expired" };
    },

    async activate(tx, binding) {
      const [row] = await database.run<UserAttributes>(tx, activate, [binding.id, binding.userId]);
      return row ? toUser(row) : null;
    },
  };
}
