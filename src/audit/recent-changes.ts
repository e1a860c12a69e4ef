import type { Database, Statement, Tx } from "../db/database.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { ReadAct } from "./history-store.js";
import { type RecordedAct, toRecordedAct } from "./read-history.js";

/** A change to an account, without its values and its reason. */
export interface RecentChange {
  accountId: number;
  /** The account as it is now; null if it is gone. */
  account: { phone: string; firstName: string; lastName: string } | null;
  act: RecordedAct;
}

/** The changes that administrators and the command line made to accounts, without reads. */
export interface RecentChanges {
  /** Returns the latest ones, at most `limit`, latest first. `ofSuperusers`: also those to accounts of superusers. */
  latest(
    tx: Tx | null,
    { ofSuperusers, limit }: { ofSuperusers: boolean; limit: number },
  ): Promise<RecentChange[]>;
}

/** The row of an act without its values. */
type ChangeRow = Omit<ReadAct, "before" | "after" | "reason"> &
  OuterJoined<{ account_phone: string; account_first_name: string; account_last_name: string }>;

// The condition of the index account_history_changes, word for word. Ad hoc, so that the plan knows the limit. LATERAL with
// LIMIT: accounts are looked up row by row, in the order of the index, until there are enough rows.
const latest: Statement = {
  name: "account_history_latest_changes",
  text: `SELECT act.account_id, act.number, act.at, act.action, act.actor_kind, act.actor_id, act.session_id,
           act.session_count, act.fields, actor.phone AS actor_phone, actor.first_name AS actor_first_name,
           actor.last_name AS actor_last_name, account.phone AS account_phone,
           account.first_name AS account_first_name, account.last_name AS account_last_name
         FROM account_history AS act
           LEFT JOIN LATERAL (SELECT * FROM users WHERE users.id = act.account_id LIMIT 1) AS account ON true
           LEFT JOIN LATERAL (SELECT * FROM users WHERE users.id = act.actor_id LIMIT 1) AS actor ON true
         WHERE act.actor_kind IN ('administrator', 'command_line') AND act.action <> 'viewed'
           AND ($1::boolean OR account.is_superuser IS NOT TRUE)
         ORDER BY act.at DESC, act.account_id DESC, act.number DESC LIMIT $2`,
  isAdHoc: true,
};

export function createRecentChanges(database: Database): RecentChanges {
  return {
    async latest(tx, { ofSuperusers, limit }) {
      const rows = await database.run<ChangeRow>(tx, latest, [ofSuperusers, limit]);
      return rows.map(toRecentChange);
    },
  };
}

function toRecentChange(row: ChangeRow): RecentChange {
  const { account_phone: phone, account_first_name: firstName, account_last_name: lastName } = row;
  return {
    accountId: row.account_id,
    account: phone === null ? null : { phone, firstName: firstName ?? "", lastName: lastName ?? "" },
    act: toRecordedAct({ ...row, before: null, after: null, reason: null }),
  };
}
