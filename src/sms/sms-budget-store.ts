import type { Database, Statement, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import { addSeconds } from "../system/clock.js";
import type { BudgetName, Usage } from "./sms-budget.js";

/** Length (s) of the periods that are counted. A count covers up to this much more than the hour or day it is for. */
const BUCKET_SECONDS = 300;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** What a message counts for besides the total; null where it doesn't count. */
export interface BudgetScopes {
  /** Calling code. */
  country: string | null;
  /** Key of the address that asked for it. */
  address: string | null;
}

/** The messages that count for one country or address, or for all (`total`). */
export interface ScopeUsage extends Usage {
  scope: string;
}

/** What to add to the counts: a message that leaves, or that certainly (-1) or perhaps (0) did not leave after all. */
type CountChange = { sent: 1; failed: 0 } | { sent: -1 | 0; failed: 1 };

/** The messages of the last hour. One that the provider perhaps accepted is among both. */
export interface SmsFigures {
  /** Messages that left, or perhaps left. */
  sent: number;
  /** Messages that the provider did not accept, or perhaps not. */
  failed: number;
}

/** Counts the messages that left, and those that failed. */
export interface SmsBudgetStore {
  /** Locks the budget until `tx` ends: other transactions wait here. */
  lock(tx: Tx): Promise<void>;
  usage(tx: Tx | null, scopes: BudgetScopes, now: Date): Promise<Record<BudgetName, Usage>>;
  /** Counts a message that left at `at`, or was about to. */
  add(tx: Tx | null, scopes: BudgetScopes, at: Date, outcome: CountChange): Promise<void>;
  /** The messages of all scopes in the hour before `now`, and of up to five minutes more. */
  lastHour(tx: Tx | null, now: Date): Promise<SmsFigures>;
  /** Whether the whitelist allows a number with this calling code. */
  isCountryListed(tx: Tx | null, country: string): Promise<boolean>;
  /** The scopes with most messages in the last 24 hours, at most `limit`, and the total. */
  busiest(tx: Tx | null, now: Date, limit: number): Promise<ScopeUsage[]>;
  /** Deletes counts from before `before`, a batch of them; true if there may be more. */
  purge(tx: Tx | null, before: Date): Promise<boolean>;
}

const lock: Statement = {
  name: "sms_counts_lock",
  text: "SELECT pg_advisory_xact_lock(hashtextextended('sms_counts', 0))",
};
const SUMS = "coalesce(sum(sent) FILTER (WHERE bucket > $1), 0)::int AS hour, sum(sent)::int AS day";
const usage: Statement = {
  name: "sms_counts_usage",
  text: `SELECT scope, ${SUMS} FROM sms_counts WHERE scope IN ($3, $4, $5) AND bucket > $2 GROUP BY scope`,
};
const busiest: Statement = {
  name: "sms_counts_busiest",
  text: `SELECT scope, ${SUMS} FROM sms_counts WHERE bucket > $2
         GROUP BY scope ORDER BY (scope = 'total') DESC, day DESC, scope LIMIT $3`,
};
const add: Statement = {
  name: "sms_counts_add_2",
  text: `INSERT INTO sms_counts (scope, bucket, sent, failed)
         SELECT scope, $4, $5, CASE scope WHEN 'total' THEN $6 ELSE 0 END
         FROM unnest(ARRAY[$1::varchar, $2, $3]) AS scope WHERE scope IS NOT NULL
         ON CONFLICT (scope, bucket) DO UPDATE
           SET sent = sms_counts.sent + excluded.sent, failed = sms_counts.failed + excluded.failed`,
};
const lastHour: Statement = {
  name: "sms_counts_last_hour",
  text: `SELECT coalesce(sum(sent), 0)::int AS sent, coalesce(sum(failed), 0)::int AS failed
         FROM sms_counts WHERE scope = 'total' AND bucket > $1`,
};
// Calling codes consist of digits, which all sort before ":".
const isCountryListed: Statement = {
  name: "sms_counts_is_country_listed",
  text: `SELECT FROM whitelist_entries
         WHERE phone >= '+' || $1::varchar AND phone < '+' || $1 || ':' AND is_active LIMIT 1`,
};

const purge = deleteExpired("sms_counts", "scope, bucket", "bucket < $1");

const NONE: Usage = { hour: 0, day: 0 };

export function createSmsBudgetStore(database: Database): SmsBudgetStore {
  return {
    async lock(tx) {
      await database.run(tx, lock, []);
    },
    async usage(tx, scopes, now) {
      const [total, country, address] = scopeNames(scopes);
      const rows = await database.run<ScopeUsage>(tx, usage, [...periods(now), total, country, address]);
      const of = (scope: string | null | undefined) => rows.find((row) => row.scope === scope) ?? NONE;
      return { total: of(total), country: of(country), address: of(address) };
    },
    async add(tx, scopes, at, { sent, failed }) {
      const bucketMs = BUCKET_SECONDS * 1000;
      const bucket = new Date(Math.floor(at.getTime() / bucketMs) * bucketMs);
      await database.run(tx, add, [...scopeNames(scopes), bucket, sent, failed]);
    },
    async lastHour(tx, now) {
      const [hour] = periods(now);
      const [figures] = await database.run<SmsFigures>(tx, lastHour, [hour]);
      return figures!;
    },
    async isCountryListed(tx, country) {
      return (await database.run(tx, isCountryListed, [country])).length > 0;
    },
    busiest: (tx, now, limit) => database.run<ScopeUsage>(tx, busiest, [...periods(now), limit + 1]),
    async purge(tx, before) {
      return deleteBatch(database, tx, purge, [before]);
    },
  };
}

function scopeNames({ country, address }: BudgetScopes): (string | null)[] {
  const named = (kind: string, name: string | null) => (name === null ? null : `${kind}:${name}`);
  return ["total", named("country", country), named("address", address)];
}

/** Times after which the periods begin that may have a message of the last hour, and of the last day. */
function periods(now: Date): [hour: Date, day: Date] {
  return [
    addSeconds(now, -(HOUR_SECONDS + BUCKET_SECONDS)),
    addSeconds(now, -(DAY_SECONDS + BUCKET_SECONDS)),
  ];
}
