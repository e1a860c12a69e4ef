import type { Order } from "./order.js";
import type { Position } from "./page-token.js";
import type { SearchTerms } from "./search-terms.js";

/** The conditions and values of a statement that reads a page; they grow with what is asked for. */
export interface ListQuery {
  readonly values: unknown[];
  /** Takes a value and returns what stands for it in the SQL. */
  value(value: unknown): string;
  /** Adds a condition. */
  where(condition: string): void;
  /** `WHERE … ORDER BY … LIMIT …` */
  tail(order: string, limit: number): string;
}

export function createListQuery(): ListQuery {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const value = (given: unknown) => `$${values.push(given)}`;
  return {
    values,
    value,
    where: (condition) => void conditions.push(condition),
    tail(order, limit) {
      const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
      return `${where} ORDER BY ${order} LIMIT ${value(limit)}`;
    },
  };
}

/** Adds the condition "after `position`" and returns the ORDER BY: `column`, then the id where that is not unique. */
export function orderFrom(
  query: ListQuery,
  { table, order, after }: { table: string; order: Order<string>; after: Position | null },
): string {
  const isUnique = order.column === "phone";
  const columns = [order.column, ...(isUnique ? [] : ["id"])].map((column) => `${table}.${column}`);
  if (after) {
    const bounds = after.map((bound) => query.value(bound));
    query.where(`(${columns.join(", ")}) ${order.isDescending ? "<" : ">"} (${bounds.join(", ")})`);
  }
  return columns.map((column) => `${column} ${order.isDescending ? "DESC" : "ASC"}`).join(", ");
}

/**
 * The ways to match a search that both lists have: a number by its ends, a text by its words. Ranges instead of LIKE,
 * because an index serves them whatever the plan; ":" comes after the digits.
 */
export function matches(
  query: ListQuery,
  terms: SearchTerms,
  { table, words }: { table: string; words: string },
): string[] {
  const range = (expression: string, from: string) =>
    `(${expression} >= ${query.value(from)} AND ${expression} < ${query.value(`${from}:`)})`;
  const ways: string[] = [];
  if (terms.digits !== null) {
    ways.push(range(`${table}.phone`, `+${terms.digits}`));
    ways.push(range(`national_digits(${table}.phone)`, terms.digits));
    ways.push(range(`reverse(${table}.phone)`, [...terms.digits].reverse().join("")));
  }
  if (terms.words !== null) {
    ways.push(`${words} @@ to_tsquery('simple', without_accents(${query.value(terms.words)}))`);
  }
  return ways;
}
