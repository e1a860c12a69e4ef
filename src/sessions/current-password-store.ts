import { Op } from "sequelize";
import type { Database, Statement, Tx } from "../db/database.js";
import {
  CREDENTIALS_ATTRIBUTES,
  type Credentials,
  type CredentialsRow,
  toCredentials,
} from "../users/user-store.js";

/** A session ends with this wrong current password in a row. */
export const MAX_WRONG_PASSWORDS = 5;
/** Time (s) after which no process still compares a password that it counted. */
const COMPARISON_SECONDS = 300;

/** A session's account, and whether a current password may be compared with its own. */
export interface CurrentPasswordCount {
  /** Null if the session is over. */
  account: Credentials | null;
  /** Null: the password was not counted and must not be compared. `count`: the wrong ones in a row, with this one. */
  guess: { count: number } | null;
  /**
   * True if five passwords were counted and none of them was found right, but the session is open: the process that
   * should have ended it died, or lost the database.
   */
  isOverdue: boolean;
}

/**
 * Counts the wrong current passwords of each session in its row: in a row, however much time lies between them, so the
 * count lives exactly as long as the session.
 */
export interface CurrentPasswordStore {
  /**
   * Finds the account of a session and counts a password as wrong, before it is compared: at most MAX_WRONG_PASSWORDS in
   * a row. One statement, which commits on its own when `tx` is null.
   */
  count(tx: Tx | null, session: { id: string; userId: number }): Promise<CurrentPasswordCount>;
  /** Takes back a password that was counted and not compared. */
  takeBack(tx: Tx | null, sessionId: string): Promise<void>;
  /** Starts the count anew, after a right password. */
  restart(tx: Tx | null, sessionId: string): Promise<void>;
  /** Starts the counts of an account's sessions anew. Returns how many there were. */
  clear(tx: Tx | null, userId: number): Promise<number>;
}

const credentials = CREDENTIALS_ATTRIBUTES.map((column) => `users.${column}`).join(", ");

// The UPDATE waits for the row, and reads the count after that: of concurrent passwords at most five are compared.
const count: Statement = {
  name: "sessions_count_password",
  text: `WITH counted AS (
           UPDATE sessions SET wrong_passwords = wrong_passwords + 1, wrong_password_at = clock_timestamp()
           WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND wrong_passwords < ${MAX_WRONG_PASSWORDS}
           RETURNING wrong_passwords
         )
         SELECT ${credentials}, counted.wrong_passwords AS count,
                session.wrong_passwords >= ${MAX_WRONG_PASSWORDS} AND session.wrong_password_at
                  < clock_timestamp() - interval '${COMPARISON_SECONDS} s' AS is_overdue
         FROM sessions AS session JOIN users ON users.id = session.user_id LEFT JOIN counted ON true
         WHERE session.id = $1 AND session.user_id = $2 AND session.revoked_at IS NULL`,
};

const takeBack: Statement = {
  name: "sessions_take_password_back",
  text: "UPDATE sessions SET wrong_passwords = greatest(0, wrong_passwords - 1) WHERE id = $1",
};

/** No wrong passwords. */
const NONE = { wrong_passwords: 0, wrong_password_at: null };

interface CountRow extends CredentialsRow {
  count: number | null;
  is_overdue: boolean;
}

export function createCurrentPasswordStore(database: Database): CurrentPasswordStore {
  const { sessions } = database.models;
  return {
    async count(tx, { id, userId }) {
      const [row] = await database.run<CountRow>(tx, count, [id, userId]);
      if (!row) return { account: null, guess: null, isOverdue: false };
      const guess = row.count === null ? null : { count: row.count };
      return { account: toCredentials(row), guess, isOverdue: guess === null && row.is_overdue };
    },
    async takeBack(tx, sessionId) {
      await database.run(tx, takeBack, [sessionId]);
    },
    async restart(tx, id) {
      await sessions.update(NONE, { where: { id }, transaction: tx });
    },
    async clear(tx, userId) {
      const where = { user_id: userId, revoked_at: null, wrong_passwords: { [Op.gt]: 0 } };
      const [cleared] = await sessions.update(NONE, { where, transaction: tx });
      return cleared;
    },
  };
}
