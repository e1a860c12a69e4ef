import type { Order } from "./order.js";
import type { Position } from "./page-token.js";
import { firstDigits, type SearchTerms } from "./search-terms.js";

/** Collects the conditions and parameter values of a statement that reads a page. */
export interface ListQuery {
  readonly values: unknown[];
  /** Adds a parameter value and returns its placeholder. */
  value(value: unknown): string;
  /** Adds a condition. */
  where(condition: string): void;
  /** `WHERE …`; empty without conditions. */
  filter(): string;
  /** `WHERE … ORDER BY … LIMIT …` */
  tail(order: string, limit: number): string;
}

export function createListQuery(): ListQuery {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const value = (parameter: unknown) => `$${values.push(parameter)}`;
  const filter = () => (conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "");
  return {
    values,
    value,
    where: (condition) => void conditions.push(condition),
    filter,
    tail: (order, limit) => `${filter()} ORDER BY ${order} LIMIT ${value(limit)}`,
  };
}

/** Adds the condition for rows after a position. Returns the ORDER BY: the column, then the id if values can repeat. */
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
 * The conditions of a search that both lists share, any of which is enough: digits match the beginning or end of a
 * number, words match the text. Digits are matched by a range instead of LIKE, because an index serves a range under
 * any plan; ":" sorts after the digits.
 */
export function matches(
  query: ListQuery,
  terms: SearchTerms,
  { table, words }: { table: string; words: string },
): string[] {
  const range = (expression: string, from: string) =>
    `(${expression} >= ${query.value(from)} AND ${expression} < ${query.value(`${from}:`)})`;
  const conditions: string[] = [];
  if (terms.digits !== null) {
    const first = firstDigits(terms.digits);
    if (first !== null) {
      conditions.push(range(`${table}.phone`, `+${first}`));
      conditions.push(range(`national_digits(${table}.phone)`, first));
    }
    conditions.push(range(`reverse(${table}.phone)`, [...terms.digits].reverse().join("")));
  }
  if (terms.words !== null) {
    conditions.push(`${words} @@ to_tsquery('simple', without_accents(${query.value(terms.words)}))`);
  }
  return conditions;
}
