import type { Database, Statement, Tx } from "../db/database.js";
import type { UserRow } from "../db/models/user.js";
import { createListQuery, type ListQuery, matches, orderFrom } from "../paging/list-query.js";
import type { Order } from "../paging/order.js";
import type { Placed } from "../paging/page.js";
import type { Position } from "../paging/page-token.js";
import type { SearchTerms } from "../paging/search-terms.js";
import {
  ENTRY_COLUMNS,
  ENTRY_TABLES,
  type EntryRow,
  toEntry,
  type WhitelistEntry,
} from "./whitelist-entry.js";

/** The columns by which entries can be ordered; the first is the default. */
export const ENTRY_ORDERS = ["added_at", "phone"] as const;
export type EntryOrder = Order<(typeof ENTRY_ORDERS)[number]>;

/** Which entries are listed. Null: no filter. */
export interface EntryFilter {
  isActive: boolean | null;
  search: SearchTerms | null;
  /** The adder's phone number or account id. */
  addedBy: { phone: string } | { id: number } | null;
  addedAfter: Date | null;
  addedBefore: Date | null;
}

/** The number of entries on the whole list. */
export interface WhitelistStatistics {
  total: number;
  active: number;
  inactive: number;
}

export interface WhitelistLists {
  /** Returns at most `limit` entries after a position. An index serves every order and filter. */
  page(
    tx: Tx | null,
    list: { filter: EntryFilter; order: EntryOrder; after: Position | null; limit: number },
  ): Promise<Placed<WhitelistEntry>[]>;
  /** Always exact. Adds up `whitelist_counts` instead of counting entries. */
  statistics(tx: Tx | null): Promise<WhitelistStatistics>;
}

const statistics: Statement = {
  name: "whitelist_statistics",
  text: `SELECT coalesce(sum(active), 0)::integer AS active, coalesce(sum(inactive), 0)::integer AS inactive
         FROM whitelist_counts`,
};

/** The accounts that have added an entry. There are few, and each is found by one index lookup. */
const ADDERS = `WITH RECURSIVE adder (id) AS (
    SELECT min(added_by) FROM whitelist_entries
    UNION ALL
    SELECT (SELECT min(added_by) FROM whitelist_entries WHERE added_by > adder.id) FROM adder WHERE adder.id IS NOT NULL
  )
  SELECT users.id FROM adder JOIN users ON users.id = adder.id`;

interface PlacedRow extends EntryRow {
  /** As text, to keep the digits below the millisecond, which a Date does not have. */
  place: string;
}

/** The condition for entries that match a search; `adderIds` are the adders that match it. */
function searchCondition(query: ListQuery, terms: SearchTerms, adderIds: readonly number[]): string {
  // The first condition is that of the partial index.
  const words = "entry.notes <> '' AND search_words(entry.notes)";
  const conditions = matches(query, terms, { table: "entry", words });
  if (adderIds.length > 0) conditions.push(`entry.added_by = ANY(${query.value(adderIds)}::integer[])`);
  return `(${conditions.join(" OR ") || "false"})`;
}

/** Adds the conditions of a filter, except that of its search. */
function addConditions(query: ListQuery, { isActive, addedBy, addedAfter, addedBefore }: EntryFilter): void {
  if (isActive !== null) query.where(isActive ? "entry.is_active" : "NOT entry.is_active");
  if (addedBy && "id" in addedBy) query.where(`entry.added_by = ${query.value(addedBy.id)}`);
  if (addedBy && "phone" in addedBy) {
    query.where(`entry.added_by = (SELECT id FROM users WHERE phone = ${query.value(addedBy.phone)})`);
  }
  if (addedAfter) query.where(`entry.added_at >= ${query.value(addedAfter)}`);
  if (addedBefore) query.where(`entry.added_at < ${query.value(addedBefore)}`);
}

export function createWhitelistLists(database: Database): WhitelistLists {
  async function findAdders(tx: Tx | null, terms: SearchTerms): Promise<number[]> {
    const query = createListQuery();
    const words = "search_words(users.first_name || ' ' || users.last_name)";
    query.where(`(${matches(query, terms, { table: "users", words }).join(" OR ") || "false"})`);
    const text = `${ADDERS} ${query.tail("users.id", 1000)}`;
    const statement: Statement = { name: "whitelist_adders", text, isAdHoc: true };
    return (await database.run<Pick<UserRow, "id">>(tx, statement, query.values)).map(({ id }) => id);
  }

  return {
    async page(tx, { filter, order, after, limit }) {
      const query = createListQuery();
      addConditions(query, filter);
      const { search } = filter;
      if (search) query.where(searchCondition(query, search, await findAdders(tx, search)));
      const tail = query.tail(orderFrom(query, { table: "entry", order, after }), limit);
      const text = `SELECT ${ENTRY_COLUMNS}, entry.${order.column}::text AS place FROM ${ENTRY_TABLES} ${tail}`;
      const statement: Statement = { name: "whitelist_page", text, isAdHoc: true };
      const rows = await database.run<PlacedRow>(tx, statement, query.values);
      return rows.map((row) => ({
        row: toEntry(row),
        position: order.column === "phone" ? [row.place] : [row.place, String(row.id)],
      }));
    },

    async statistics(tx) {
      const [counts] = await database.run<Omit<WhitelistStatistics, "total">>(tx, statistics, []);
      const { active, inactive } = counts!;
      return { total: active + inactive, active, inactive };
    },
  };
}
