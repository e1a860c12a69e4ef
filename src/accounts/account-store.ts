import type { Database, Statement, Tx } from "../db/database.js";
import type { Placed } from "../paging/page.js";
import type { UserAttributes } from "../users/user-row.js";
import { ACCOUNT_COLUMNS, type Account, type AccountAttributes, toAccount } from "./account.js";
import { type AccountRange, readAccounts } from "./account-page.js";

/** The administrative rights of an account. */
export interface Rights {
  isStaff: boolean;
  isSuperuser: boolean;
}

/** Lists accounts and changes their state and rights, for administrators. */
export interface AccountStore {
  /**
   * Returns at most `limit` accounts after a position. An index serves every order and filter. Accounts that an older
   * version left unproved are none: they are registrations.
   */
  page(tx: Tx | null, range: AccountRange): Promise<Placed<Account>[]>;
  /**
   * Returns the ids of the active superusers that aren't leaving, and locks these accounts until `tx` ends: other calls
   * wait, and the accounts cannot be changed. Of several transactions that remove rights at once, each sees the result of
   * the one before it.
   */
  lockSuperusers(tx: Tx): Promise<number[]>;
  /** Deactivates an account (at `now`) or activates it, whatever its state. Null if the account no longer exists. */
  setActive(tx: Tx, id: number, isActive: boolean, now: Date): Promise<Account | null>;
  /** Replaces the rights of an account. Null if the account no longer exists. */
  setRights(tx: Tx, id: number, rights: Rights): Promise<Account | null>;
}

const lockSuperusers: Statement = {
  name: "accounts_lock_superusers_2",
  text: "SELECT id FROM users WHERE is_superuser AND is_active AND deletion_at IS NULL ORDER BY id FOR UPDATE",
};

const setActive: Statement = {
  name: "accounts_set_active",
  text: `UPDATE users SET is_active = $2, deactivated_at = CASE WHEN $2 THEN NULL ELSE coalesce(deactivated_at, $3) END
         WHERE id = $1 RETURNING ${ACCOUNT_COLUMNS}`,
};

export function createAccountStore(database: Database): AccountStore {
  const { users } = database.models;
  return {
    page: (tx, range) => readAccounts(database, tx, range),
    async lockSuperusers(tx) {
      return (await database.run<Pick<UserAttributes, "id">>(tx, lockSuperusers, [])).map(({ id }) => id);
    },
    async setActive(tx, id, isActive, now) {
      const [row] = await database.run<AccountAttributes>(tx, setActive, [id, isActive, now]);
      return row ? toAccount(row) : null;
    },
    async setRights(tx, id, { isStaff, isSuperuser }) {
      const rights = { is_staff: isStaff, is_superuser: isSuperuser };
      const [, [row]] = await users.update(rights, { where: { id }, returning: true, transaction: tx });
      return row ? toAccount(row) : null;
    },
  };
}
