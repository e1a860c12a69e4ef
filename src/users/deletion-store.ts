import type { Database, Statement, Tx } from "../db/database.js";
import type { UserRow } from "../db/models/user.js";
import { seconds } from "../db/sql.js";

/** Accounts that leave, and are erased. A sign-in keeps one (`SessionStore.open`). All times are the database's. */
export interface DeletionStore {
  /**
   * Makes an active account leave: it is erased `delaySeconds` from now. Returns that time; null if there is no such
   * account, or it is leaving already.
   */
  leave(tx: Tx, id: number, delaySeconds: number): Promise<Date | null>;
}

const leave: Statement = {
  name: "deletions_leave",
  text: `UPDATE users SET deletion_at = clock_timestamp() + ${seconds("$2")}
         WHERE id = $1 AND is_active AND deletion_at IS NULL RETURNING deletion_at`,
};

export function createDeletionStore(database: Database): DeletionStore {
  return {
    async leave(tx, id, delaySeconds) {
      const [row] = await database.run<Pick<UserRow, "deletion_at">>(tx, leave, [id, delaySeconds]);
      return row?.deletion_at ?? null;
    },
  };
}
