import type { Database, Statement, Tx } from "../db/database.js";
import type { UserRow } from "../db/models/user.js";
import { createListQuery, type ListQuery, matches, orderFrom } from "../paging/list-query.js";
import type { Order } from "../paging/order.js";
import type { Placed } from "../paging/page.js";
import type { Position } from "../paging/page-token.js";
import type { SearchTerms } from "../paging/search-terms.js";
import { csvCell } from "./csv-cell.js";
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

/** A selection of entries, and how much of it to read. */
interface EntryRange {
  filter: EntryFilter;
  order: EntryOrder;
  after: Position | null;
  limit: number;
}

/** The number of entries on the whole list. */
export interface WhitelistStatistics {
  total: number;
  active: number;
  inactive: number;
}

export interface WhitelistLists {
  /** Returns at most `limit` entries after a position. An index serves every order and filter. */
  page(tx: Tx | null, range: EntryRange): Promise<Placed<WhitelistEntry>[]>;
  /**
   * Returns the same entries as records of a CSV file: phone, notes, is_active. `next` is the position of the last one,
   * or null if there are fewer than `limit`.
   */
  csvPage(
    tx: Tx | null,
    range: EntryRange,
    delimiter: string,
  ): Promise<{ records: string; next: Position | null }>;
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

/** The records of a page, the number of its entries, and the last of them; null if there is none. */
interface CsvPageRow {
  records: string | null;
  size: number;
  id: number | null;
  place: string | null;
}

/**
 * The SQL for the CSV record of an entry. Every number begins with +, which a spreadsheet would execute, and has only
 * digits after it.
 */
const csvRecord = (entry: string, delimiter: string) =>
  `'''' || ${entry}.phone || ${delimiter} || ${csvCell(`${entry}.notes`)}
   || CASE WHEN ${entry}.is_active THEN ${delimiter} || E'true\\r\\n' ELSE ${delimiter} || E'false\\r\\n' END`;

const positionOf = (order: EntryOrder, place: string, id: number): Position =>
  order.column === "phone" ? [place] : [place, String(id)];

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

  /** The query for a range of entries, and the end of its text. */
  async function select(
    tx: Tx | null,
    { filter, order, after, limit }: EntryRange,
  ): Promise<{ query: ListQuery; tail: string }> {
    const query = createListQuery();
    addConditions(query, filter);
    const { search } = filter;
    if (search) query.where(searchCondition(query, search, await findAdders(tx, search)));
    return { query, tail: query.tail(orderFrom(query, { table: "entry", order, after }), limit) };
  }

  return {
    async page(tx, range) {
      const { query, tail } = await select(tx, range);
      const { order } = range;
      const text = `SELECT ${ENTRY_COLUMNS}, entry.${order.column}::text AS place FROM ${ENTRY_TABLES} ${tail}`;
      const statement: Statement = { name: "whitelist_page", text, isAdHoc: true };
      const rows = await database.run<PlacedRow>(tx, statement, query.values);
      return rows.map((row) => ({ row: toEntry(row), position: positionOf(order, row.place, row.id) }));
    },

    async csvPage(tx, range, delimiter) {
      const { query, tail } = await select(tx, range);
      const { order, limit } = range;
      const record = csvRecord("page", `${query.value(delimiter)}::text`);
      // The aggregates take the entries in the order of the subquery.
      const text = `SELECT csv.records, csv.size, last.id, last.${order.column}::text AS place FROM (
          SELECT string_agg(${record}, '') AS records, count(*)::integer AS size,
            (array_agg(page.id))[count(*)] AS last_id
          FROM (
            SELECT entry.id, entry.phone, entry.notes, entry.is_active FROM whitelist_entries AS entry ${tail}
          ) AS page
        ) AS csv LEFT JOIN whitelist_entries AS last ON last.id = csv.last_id`;
      const statement: Statement = { name: "whitelist_csv_page", text, isAdHoc: true };
      const [row] = await database.run<CsvPageRow>(tx, statement, query.values);
      const { records, size, id, place } = row!;
      const isFull = size === limit && id !== null && place !== null;
      return { records: records ?? "", next: isFull ? positionOf(order, place, id) : null };
    },

    async statistics(tx) {
      const [counts] = await database.run<Omit<WhitelistStatistics, "total">>(tx, statistics, []);
      const { active, inactive } = counts!;
      return { total: active + inactive, active, inactive };
    },
  };
}
