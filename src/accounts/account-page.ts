import type { Database, Statement, Tx } from "../db/database.js";
import { createListQuery, type ListQuery, matches, orderFrom } from "../paging/list-query.js";
import type { Order } from "../paging/order.js";
import type { Placed } from "../paging/page.js";
import type { Position } from "../paging/page-token.js";
import type { SearchTerms } from "../paging/search-terms.js";
import { IS_ACCOUNT } from "../users/user-row.js";
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

/** A selection of accounts, and how much of it to read. */
export interface AccountRange {
  filter: AccountFilter;
  order: AccountOrder;
  after: Position | null;
  limit: number;
}

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
  if (search) query.where(searchCondition(query, search));
}

function searchCondition(query: ListQuery, search: SearchTerms): string {
  return `(${matches(query, search, { table: "users", words: WORDS }).join(" OR ") || "false"})`;
}

/**
 * The most accounts with the words of a search that are all read for a page. Of more words, the planner goes through the order
 * until it has a page, which takes long if their accounts lie far from its beginning: comparing words is slow.
 */
const MAX_GATHERED_ACCOUNTS = 100_000;

/** Whether an index has the accounts that match a search, and they are few enough to read them all. One statement. */
async function isRare(database: Database, tx: Tx | null, search: SearchTerms): Promise<boolean> {
  const query = createListQuery();
  query.where(searchCondition(query, search));
  const text = `EXPLAIN (FORMAT JSON) SELECT FROM users ${query.filter()}`;
  const statement: Statement = { name: "accounts_matches", text, isAdHoc: true };
  const [row] = await database.run<{ "QUERY PLAN": [{ Plan: { "Plan Rows": number } }] }>(
    tx,
    statement,
    query.values,
  );
  const { Plan: plan } = row!["QUERY PLAN"][0];
  return plan["Plan Rows"] <= MAX_GATHERED_ACCOUNTS && !JSON.stringify(plan).includes("Seq Scan");
}

function pageStatement(
  { filter, order, after, limit }: AccountRange,
  gathers: boolean,
): { statement: Statement; values: readonly unknown[] } {
  const query = createListQuery();
  addConditions(query, filter);
  const ordered = orderFrom(query, { table: "users", order, after });
  // OFFSET keeps the planner from choosing a way to the accounts for the order's sake.
  const from = gathers
    ? `(SELECT * FROM users ${query.filter()} OFFSET 0) AS users ORDER BY ${ordered} LIMIT ${query.value(limit)}`
    : `users ${query.tail(ordered, limit)}`;
  const text = `SELECT ${ACCOUNT_COLUMNS}, users.${order.column}::text AS place FROM ${from}`;
  return { statement: { name: "accounts_page", text, isAdHoc: true }, values: query.values };
}

/** Returns the accounts of a range, in one statement, or two for a search. */
export async function readAccounts(
  database: Database,
  tx: Tx | null,
  range: AccountRange,
): Promise<Placed<Account>[]> {
  const { search } = range.filter;
  const gathers = search?.words ? await isRare(database, tx, search) : false;
  const { statement, values } = pageStatement(range, gathers);
  const rows = await database.run<PlacedRow>(tx, statement, values);
  return rows.map((row) => ({
    row: toAccount(row),
    position: range.order.column === "phone" ? [row.place] : [row.place, String(row.id)],
  }));
}
