import type { Database, Statement, Tx } from "../db/database.js";
import type { UserRow } from "../db/models/user.js";
import { seconds } from "../db/sql.js";

/** A number that is no other account's. */
interface FormerPhone {
  phone: string;
  isAwaited: boolean;
}

/** Accounts that leave, and are erased. A sign-in keeps one (`SessionStore.open`). All times are the database's. */
export interface DeletionStore {
  /**
   * Makes an active account leave: it is erased `delaySeconds` from now. Returns that time; null if there is no such
   * account, or it is leaving already.
   */
  leave(tx: Tx, id: number, delaySeconds: number): Promise<Date | null>;
  /** The account that was due first of those whose time has come, without `exceptIds`; null if there is none. */
  nextDue(tx: Tx | null, exceptIds: readonly number[]): Promise<{ id: number; phone: string } | null>;
  /** Whether the time of the account has come. `tx` must have locked it. */
  isDue(tx: Tx, id: number): Promise<boolean>;
  /** The numbers that the account has and had, as far as its history and its phone changes tell. */
  phones(tx: Tx, id: number): Promise<string[]>;
  /** Those of `phones` that no other account has, and whether a registration since `since` waits for them. */
  onlyOf(tx: Tx, id: number, phones: readonly string[], since: Date): Promise<FormerPhone[]>;
  /** Deletes the account, and with it all rows that refer to it. `tx` must have locked it. */
  remove(tx: Tx, id: number): Promise<void>;
}

const leave: Statement = {
  name: "deletions_leave",
  text: `UPDATE users SET deletion_at = clock_timestamp() + ${seconds("$2")}
         WHERE id = $1 AND is_active AND deletion_at IS NULL RETURNING deletion_at`,
};
// The time of the statement, which an index can be searched for, as it can't for clock_timestamp().
const nextDue: Statement = {
  name: "deletions_next_due",
  text: `SELECT id, phone FROM users WHERE deletion_at <= statement_timestamp() AND id <> ALL ($1::int[])
         ORDER BY deletion_at LIMIT 1`,
};
const isDue: Statement = {
  name: "deletions_is_due",
  text: "SELECT FROM users WHERE id = $1 AND deletion_at <= clock_timestamp()",
};
const phones: Statement = {
  name: "deletions_phones",
  text: `SELECT phone FROM users WHERE id = $1
         UNION SELECT old_phone FROM phone_changes WHERE user_id = $1
         UNION SELECT recorded.phone FROM account_history_values,
           unnest(ARRAY[before ->> 'phone', after ->> 'phone']) AS recorded (phone)
         WHERE account_id = $1 AND recorded.phone IS NOT NULL
         ORDER BY 1`,
};
const onlyOf: Statement = {
  name: "deletions_only_of",
  text: `SELECT phone, EXISTS (
           SELECT FROM registrations WHERE registrations.phone = given.phone AND created_at > $3
         ) AS "isAwaited"
         FROM unnest($2::varchar[]) AS given (phone)
         WHERE NOT EXISTS (SELECT FROM users WHERE users.phone = given.phone AND id <> $1)`,
};

export function createDeletionStore(database: Database): DeletionStore {
  const { users } = database.models;
  return {
    async leave(tx, id, delaySeconds) {
      const [row] = await database.run<Pick<UserRow, "deletion_at">>(tx, leave, [id, delaySeconds]);
      return row?.deletion_at ?? null;
    },
    async nextDue(tx, exceptIds) {
      const [row] = await database.run<Pick<UserRow, "id" | "phone">>(tx, nextDue, [exceptIds]);
      return row ?? null;
    },
    async isDue(tx, id) {
      return (await database.run(tx, isDue, [id])).length > 0;
    },
    async phones(tx, id) {
      return (await database.run<Pick<UserRow, "phone">>(tx, phones, [id])).map(({ phone }) => phone);
    },
    onlyOf: (tx, id, numbers, since) => database.run<FormerPhone>(tx, onlyOf, [id, numbers, since]),
    async remove(tx, id) {
      await users.destroy({ where: { id }, transaction: tx });
    },
  };
}
