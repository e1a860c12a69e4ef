import type { AccountFilter, AccountOrder, AccountRange } from "../../src/accounts/account-page.js";
import type { Database } from "../../src/db/database.js";
import { parseSearch } from "../../src/paging/search-terms.js";

/** When the newest of the accounts of `fillAccounts` joined. */
const NEWEST = Date.parse("2026-03-01T00:00:00Z");
/** How far they lie apart. */
const APART_SECONDS = 30;
/** How far the numbers of neighbours lie apart, modulo 10^8, with which it has no factor in common. */
const STRIDE = 48_271_163;

/**
 * SQL that adds accounts as a large service has them: 5 % are deactivated, 0.5 % leaving, 0.01 % staff, 50 first names and
 * 5,000 last names, half of them with an email address; none with the name Éléonore is deactivated, and only
 * the oldest 2 % are called Zoé. Their numbers are in no order.
 */
export const fillAccounts = (count: number) =>
  `INSERT INTO users (phone, first_name, last_name, email, password_hash, is_active, is_staff, date_joined,
     deactivated_at, deletion_at)
   SELECT '+2376' || lpad((n * ${STRIDE}::bigint % 100000000)::text, 8, '0'),
     CASE WHEN n > ${count * 0.98} THEN 'Zoé' ELSE '' END || (ARRAY['John', 'Éléonore', 'Paul', 'Marie', 'Ange'])[1 + n % 5] || CASE WHEN n % 50 < 5 THEN '' ELSE (n % 50)::text END,
     'Name' || n % 5000, CASE WHEN n % 2 = 0 THEN 'u' || n || '@example.com' END, repeat('x', 97),
     n % 20 <> 3, n % 10000 = 7, timestamptz '2026-03-01 00:00:00Z' - n * interval '${APART_SECONDS} s',
     CASE WHEN n % 20 = 3 THEN now() END, CASE WHEN n % 200 = 11 THEN now() + n % 14 * interval '1 day' END
   FROM generate_series(${count}, 1, -1) AS n`;

/** The number of the nth newest account. */
const phoneOf = (n: number) => `+2376${String((n * STRIDE) % 100_000_000).padStart(8, "0")}`;

/** A filter by one field, or by several. */
export interface NamedFilter {
  name: string;
  filter: AccountFilter;
  /** Whether an index has exactly its accounts, or nearly, in both orders. */
  isOrdered: boolean;
}

const NONE: AccountFilter = {
  isActive: null,
  isStaff: null,
  state: null,
  search: null,
  joinedAfter: null,
  joinedBefore: null,
};

/** Every filter by one field, by name, for `count` accounts: some that match many, and some that match few. */
function singleFilters(count: number): Record<string, Partial<AccountFilter>> {
  const part = (share: number) => new Date(NEWEST - count * share * APART_SECONDS * 1000);
  const middle = phoneOf(count / 2 + 1);
  return {
    active: { isActive: true },
    inactive: { isActive: false },
    staff: { isStaff: true },
    "not staff": { isStaff: false },
    "state active": { state: "active" },
    "state deactivated": { state: "deactivated" },
    "state leaving": { state: "leaving" },
    "joined lately": { joinedAfter: part(0.001) },
    "joined in the newer half": { joinedAfter: part(0.5) },
    "joined in the older half": { joinedBefore: part(0.5) },
    "joined first": { joinedBefore: part(0.999) },
    "a whole number": { search: parseSearch(middle) },
    "last digits": { search: parseSearch(middle.slice(-4)) },
    "first digits": { search: parseSearch(middle.slice(4, 9)) },
    "every number's first digits": { search: parseSearch("237") },
    "a first name": { search: parseSearch("eleonore") },
    "a name of the oldest": { search: parseSearch("zoe") },
    "a last name": { search: parseSearch("name432") },
    "two names": { search: parseSearch("name432 paul") },
    "two letters": { search: parseSearch("na") },
    "an email address": { search: parseSearch(`u${count / 2}@example.com`) },
    "an unknown word": { search: parseSearch("zzz") },
    "a search for nothing": { search: parseSearch("?") },
  };
}

const ORDERED = ["active", "inactive", "not staff", "state active", "state deactivated", "state leaving"];

/** No filter, each by one field, and each by up to `size` fields. */
export function filtersUpTo(size: number, count: number): NamedFilter[] {
  const singles = Object.entries(singleFilters(count));
  const all: { names: string[]; fields: Partial<AccountFilter>; last: number }[] = [
    { names: [], fields: {}, last: -1 },
  ];
  for (const { names, fields, last } of all) {
    if (names.length === size) continue;
    for (const [index, [name, field]] of singles.entries()) {
      const isOther = Object.keys(field).every((key) => !(key in fields));
      if (index > last && isOther)
        all.push({ names: [...names, name], fields: { ...fields, ...field }, last: index });
    }
  }
  return all.map(({ names, fields }) => ({
    name: names.join(" + ") || "no filter",
    filter: { ...NONE, ...fields },
    isOrdered: names.every((name) => ORDERED.includes(name)) && names.length < 2,
  }));
}

export const ORDERS: readonly AccountOrder[] = (["date_joined", "phone"] as const).flatMap((column) =>
  [true, false].map((isDescending) => ({ column, isDescending })),
);

/** The first page in an order, and one in the middle of `count` accounts. */
export function pagesOf(order: AccountOrder, count: number): AccountRange["after"][] {
  const middle = count / 2;
  const at = new Date(NEWEST - middle * APART_SECONDS * 1000).toISOString();
  return [null, order.column === "phone" ? ["+237650000000"] : [at, String(middle)]];
}

/** A node of a plan, as EXPLAIN (FORMAT JSON) has it. */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Plan Rows": number;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  "Actual Total Time"?: number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  Plans?: PlanNode[];
}

/** All nodes of a plan, from its root on. */
export function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** A database that explains its statements with `options`, and returns rows of the statistics only; the last plan. */
export function explaining(database: Database, options = ""): { database: Database; plan(): PlanNode } {
  let last: PlanNode | undefined;
  return {
    plan() {
      if (!last) throw new Error("nothing was explained");
      return last;
    },
    database: {
      ...database,
      async run(tx, statement, values) {
        if (statement.text.startsWith("EXPLAIN")) return database.run(tx, statement, values);
        const text = `EXPLAIN (FORMAT JSON${options}) ${statement.text}`;
        const [row] = await database.run<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
          tx,
          { name: statement.name, text, isAdHoc: true },
          values,
        );
        last = row?.["QUERY PLAN"][0].Plan;
        return statement.name === "accounts_statistics" ? database.run(tx, statement, values) : [];
      },
    },
  };
}
