import type { Database, Statement, Tx } from "../db/database.js";
import type { AccountActRow } from "../db/models/account-act.js";
import type { AccountActValuesRow } from "../db/models/account-act-values.js";
import type { AccountHistoryHeadRow } from "../db/models/account-history-head.js";
import type { OuterJoined } from "../db/models/columns.js";
import { EMPTY_MAC } from "./history-chain.js";

type Values = Pick<AccountActValuesRow, "before" | "after" | "reason">;

/** An act with its values. */
export type NewAct = AccountActRow & Values;

/**
 * An act as it is read, with null for values that don't exist or were deleted; and with the account of the administrator who
 * acted, null if nobody with an account did, or if it is gone.
 */
export type ReadAct = Omit<NewAct, `${string}_digest` | "key_id" | "mac"> &
  OuterJoined<{ actor_phone: string; actor_first_name: string; actor_last_name: string }>;

/** An act with all that verifying it needs. */
export type StoredAct = Omit<NewAct, "at"> & {
  /** Microseconds since the epoch. As text, because the column can hold times that no Date can. */
  at_micros: string;
  has_values: boolean;
} & OuterJoined<{ head_number: number; head_mac: Buffer; head_seal: Buffer }>;

export type HeadState = Pick<AccountHistoryHeadRow, "account_id" | "number"> & { has_acts: boolean };

/** Accounts and numbers after this place are read, of accounts up to `lastAccountId`. */
interface Range {
  after: Pick<AccountActRow, "account_id" | "number">;
  lastAccountId: number;
  limit: number;
}

/** Which acts of an account a page has: at most `limit`; `omitViews`: without the reads of administrators. */
export interface ActPage {
  limit: number;
  omitViews: boolean;
}

/** The history of accounts. Nothing but `audit/` adds to it, and nothing changes a row. */
export interface HistoryStore {
  /**
   * Takes the next `count` numbers of an account, and returns the last of them and the MAC before the first. Other
   * transactions that claim numbers of the account wait until `tx` ends. `append` must follow in `tx`.
   */
  claim(tx: Tx, accountId: number, count: number): Promise<Pick<AccountHistoryHeadRow, "number" | "mac">>;
  /** Adds the acts with the claimed numbers, and sets the chain's end. */
  append(tx: Tx, acts: readonly NewAct[], head: Omit<AccountHistoryHeadRow, "number">): Promise<void>;
  /** Deletes the values of all acts of an account. The acts stay verifiable. */
  deleteValues(tx: Tx, accountId: number): Promise<void>;
  /** Returns acts of an account after a number, oldest first. */
  page(tx: Tx | null, accountId: number, afterNumber: number, page: ActPage): Promise<ReadAct[]>;
  /** Returns acts of an account before a number, latest first. */
  latest(tx: Tx | null, accountId: number, beforeNumber: number, page: ActPage): Promise<ReadAct[]>;
  /** Returns acts by account and number, each with its chain's end at the same moment. */
  stored(tx: Tx | null, range: Range): Promise<StoredAct[]>;
  /** Returns the ids of the keys that sealed the first act of the first account, and the last act of the last one. */
  outerKeyIds(tx: Tx | null): Promise<string[]>;
  /** Returns the ends of chains by account. */
  heads(tx: Tx | null, range: Omit<Range, "after"> & { afterAccountId: number }): Promise<HeadState[]>;
}

// A chain whose end was deleted goes on after a gap, which verifying finds: acts must be possible all the same.
const claim: Statement = {
  name: "account_history_claim",
  text: `INSERT INTO account_history_heads AS head (account_id, number, mac, seal)
         SELECT $1::integer, $2::integer + coalesce(max(number) + 1, 0), $3::bytea, ''
         FROM account_history WHERE account_id = $1
         ON CONFLICT (account_id) DO UPDATE SET number = head.number + $2
         RETURNING number, mac`,
};

const ACT_COLUMNS = `account_id, number, at, action, actor_kind, actor_id, session_id, session_count, fields,
                     before_digest, after_digest, reason_digest, key_id, mac`;

const append: Statement = {
  name: "account_history_append",
  text: `WITH acts AS (
           SELECT * FROM jsonb_to_recordset($1::jsonb) AS act (
             account_id integer, number integer, at timestamptz, action text, actor_kind text, actor_id integer,
             session_id uuid, session_count integer, fields text[], before_digest bytea, after_digest bytea,
             reason_digest bytea, key_id text, mac bytea, before jsonb, after jsonb, reason text)
         ), added AS (
           INSERT INTO account_history (${ACT_COLUMNS}) SELECT ${ACT_COLUMNS} FROM acts
         ), valued AS (
           INSERT INTO account_history_values (account_id, number, before, after, reason)
           SELECT account_id, number, before, after, reason FROM acts
           WHERE before IS NOT NULL OR after IS NOT NULL OR reason IS NOT NULL
         )
         UPDATE account_history_heads SET mac = $3, seal = $4 WHERE account_id = $2`,
};

// LATERAL with LIMIT, here and below: what belongs to a row is looked up. A merge join would read the other tables from
// their beginning in every batch.
const readActs = (name: string, condition: string, order: string): Statement => ({
  name,
  text: `SELECT account_id, number, at, action, actor_kind, actor_id, session_id, session_count, fields,
           before, after, reason, actor.phone AS actor_phone, actor.first_name AS actor_first_name,
           actor.last_name AS actor_last_name
         FROM account_history AS act
           LEFT JOIN LATERAL (
             SELECT before, after, reason FROM account_history_values AS one
             WHERE one.account_id = act.account_id AND one.number = act.number LIMIT 1
           ) AS content ON true
           LEFT JOIN LATERAL (SELECT * FROM users WHERE users.id = act.actor_id LIMIT 1) AS actor ON true
         WHERE account_id = $1 AND ${condition} ORDER BY number ${order} LIMIT $3`,
});

// The condition of the index account_history_without_views, word for word.
const WITHOUT_VIEWS = "action <> 'viewed'";

const page = readActs("account_history_page_2", "number > $2", "ASC");
const pageWithoutViews = readActs(
  "account_history_page_without_views",
  `number > $2 AND ${WITHOUT_VIEWS}`,
  "ASC",
);
const latest = readActs("account_history_latest", "number < $2", "DESC");
const latestWithoutViews = readActs(
  "account_history_latest_without_views",
  `number < $2 AND ${WITHOUT_VIEWS}`,
  "DESC",
);

const stored: Statement = {
  name: "account_history_stored",
  text: `SELECT act.account_id, act.number, (extract(epoch FROM act.at) * 1000000)::text AS at_micros, act.action,
           act.actor_kind, act.actor_id, act.session_id, act.session_count, act.fields, act.before_digest,
           act.after_digest, act.reason_digest, act.key_id, act.mac,
           content.account_id IS NOT NULL AS has_values, content.before, content.after, content.reason,
           head.number AS head_number, head.mac AS head_mac, head.seal AS head_seal
         FROM account_history AS act
           LEFT JOIN LATERAL (
             SELECT * FROM account_history_values AS one
             WHERE one.account_id = act.account_id AND one.number = act.number LIMIT 1
           ) AS content ON true
           LEFT JOIN LATERAL (
             SELECT * FROM account_history_heads AS one WHERE one.account_id = act.account_id LIMIT 1
           ) AS head ON true
         WHERE (act.account_id, act.number) > ($1, $2) AND act.account_id <= $3
         ORDER BY act.account_id, act.number LIMIT $4`,
};

const heads: Statement = {
  name: "account_history_heads",
  text: `SELECT head.account_id, head.number, act.account_id IS NOT NULL AS has_acts
         FROM account_history_heads AS head
           LEFT JOIN LATERAL (
             SELECT one.account_id FROM account_history AS one WHERE one.account_id = head.account_id LIMIT 1
           ) AS act ON true
         WHERE head.account_id > $1 AND head.account_id <= $2 ORDER BY head.account_id LIMIT $3`,
};

const outerKeyIds: Statement = {
  name: "account_history_outer_keys",
  text: `(SELECT key_id FROM account_history ORDER BY account_id, number LIMIT 1)
         UNION (SELECT key_id FROM account_history ORDER BY account_id DESC, number DESC LIMIT 1)`,
};

/** Bytes in the text form of PostgreSQL, times in ISO 8601. */
function toJson(_: string, value: unknown): unknown {
  const bytes = value as { type?: unknown; data?: unknown } | null;
  if (bytes?.type !== "Buffer" || !Array.isArray(bytes.data)) return value;
  return `\\x${Buffer.from(bytes.data as number[]).toString("hex")}`;
}

export function createHistoryStore(database: Database): HistoryStore {
  type Head = Pick<AccountHistoryHeadRow, "number" | "mac">;
  const { accountHistoryValues } = database.models;
  return {
    async claim(tx, accountId, count) {
      const [head] = await database.run<Head>(tx, claim, [accountId, count, EMPTY_MAC]);
      return head as Head;
    },
    async append(tx, acts, { account_id, mac, seal }) {
      await database.run(tx, append, [JSON.stringify(acts, toJson), account_id, mac, seal]);
    },
    async deleteValues(tx, accountId) {
      await accountHistoryValues.destroy({ where: { account_id: accountId }, transaction: tx });
    },
    page: (tx, accountId, afterNumber, { limit, omitViews }) =>
      database.run<ReadAct>(tx, omitViews ? pageWithoutViews : page, [accountId, afterNumber, limit]),
    latest: (tx, accountId, beforeNumber, { limit, omitViews }) =>
      database.run<ReadAct>(tx, omitViews ? latestWithoutViews : latest, [accountId, beforeNumber, limit]),
    stored: (tx, { after, lastAccountId, limit }) =>
      database.run<StoredAct>(tx, stored, [after.account_id, after.number, lastAccountId, limit]),
    async outerKeyIds(tx) {
      const rows = await database.run<Pick<AccountActRow, "key_id">>(tx, outerKeyIds, []);
      return rows.map((row) => row.key_id);
    },
    heads: (tx, { afterAccountId, lastAccountId, limit }) =>
      database.run<HeadState>(tx, heads, [afterAccountId, lastAccountId, limit]),
  };
}
