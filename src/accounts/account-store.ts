import type { Database, Statement, Tx } from "../db/database.js";
import { createListQuery, type ListQuery, matches, orderFrom } from "../paging/list-query.js";
import type { Order } from "../paging/order.js";
import type { Placed } from "../paging/page.js";
import type { Position } from "../paging/page-token.js";
import type { SearchTerms } from "../paging/search-terms.js";
import { IS_ACCOUNT, type UserAttributes } from "../users/user-row.js";
import {
  ACCOUNT_COLUMNS,
  type Account,
  type AccountAttributes,
  type AccountState,
  toAccount,
} from "./account.js";

/** The columns by which accounts can be ordered; the first is the default. */
export const ACCOUNT_ORDERS = ["date_joined", "phone"] as const;
export type AccountOrder = Order<(typeof ACCOUNT_ORDERS)[number]>;

/** Which accounts are listed. Null: no filter. */
export interface AccountFilter {
  isActive: boolean | null;
  isStaff: boolean | null;
  state: AccountState | null;
  search: SearchTerms | null;
  joinedAfter: Date | null;
  joinedBefore: Date | null;
}

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
  page(
    tx: Tx | null,
    list: { filter: AccountFilter; order: AccountOrder; after: Position | null; limit: number },
  ): Promise<Placed<Account>[]>;
  /**
   * Returns the ids of the active superusers that aren't leaving, and locks these accounts until `tx` ends: other calls wait, and the
   * accounts cannot be changed. Of several transactions that remove rights at once, each sees the result of the one
   * before it.
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

/** The expression of the index `users_words`. */
const WORDS = "search_words(users.first_name || ' ' || users.last_name || ' ' || coalesce(users.email, ''))";

/** The conditions for accounts in a state, as constants: the partial indexes serve only these. */
const IN_STATE: Readonly<Record<AccountState, string>> = {
  active: "users.is_active AND users.deletion_at IS NULL",
  leaving: "users.is_active AND users.deletion_at IS NOT NULL",
  deactivated: "NOT users.is_active",
};

interface PlacedRow extends AccountAttributes {
  /** As text, to keep the digits below the millisecond, which a Date does not have. */
  place: string;
}

/**
 * The condition of the filters on the state; null: none. One condition, because the planner neither sees that two mean the
 * same accounts nor that no account meets both.
 */
function stateCondition({ isActive, state }: AccountFilter): string | null {
  if (state === null) {
    if (isActive === null) return null;
    return isActive ? "users.is_active" : "NOT users.is_active";
  }
  const isMet = isActive === null || isActive === (state !== "deactivated");
  return isMet ? IN_STATE[state] : "false";
}

function addConditions(query: ListQuery, filter: AccountFilter): void {
  const { isStaff, joinedAfter, joinedBefore, search } = filter;
  query.where(IS_ACCOUNT);
  const inState = stateCondition(filter);
  if (inState) query.where(inState);
  if (isStaff !== null) query.where(isStaff ? "users.is_staff" : "NOT users.is_staff");
  if (joinedAfter) query.where(`users.date_joined >= ${query.value(joinedAfter)}`);
  if (joinedBefore) query.where(`users.date_joined < ${query.value(joinedBefore)}`);
  if (search) {
    const conditions = matches(query, search, { table: "users", words: WORDS });
    query.where(`(${conditions.join(" OR ") || "false"})`);
  }
}

function pageStatement({ filter, order, after, limit }: Parameters<AccountStore["page"]>[1]): {
  statement: Statement;
  values: readonly unknown[];
} {
  const query = createListQuery();
  addConditions(query, filter);
  const tail = query.tail(orderFrom(query, { table: "users", order, after }), limit);
  const text = `SELECT ${ACCOUNT_COLUMNS}, users.${order.column}::text AS place FROM users ${tail}`;
  return { statement: { name: "accounts_page", text, isAdHoc: true }, values: query.values };
}

export function createAccountStore(database: Database): AccountStore {
  const { users } = database.models;
  return {
    async page(tx, list) {
      const { statement, values } = pageStatement(list);
      const rows = await database.run<PlacedRow>(tx, statement, values);
      return rows.map((row) => ({
        row: toAccount(row),
        position: list.order.column === "phone" ? [row.place] : [row.place, String(row.id)],
      }));
    },
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
