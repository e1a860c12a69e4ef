import type { Database, Tx } from "../db/database.js";
import type { WhitelistChangeRow } from "../db/models/whitelist-change.js";
import { createListQuery } from "../paging/list-query.js";
import type { Placed } from "../paging/page.js";
import type { Position } from "../paging/page-token.js";

/** The kinds of change. One that changes the state of an entry may also change its notes. */
type ChangeAction = "add" | "reactivate" | "deactivate" | "change_notes" | "remove";

/** The fields of an entry that can change. */
export interface EntryState {
  isActive: boolean;
  notes: string;
}

/** One change to a number's entry. */
export interface WhitelistChange {
  action: ChangeAction;
  happenedAt: Date;
  /** The administrator, with their name at that time; null: the command line. */
  actor: { phone: string; name: string } | null;
  /** The same for all changes of one import; null: not part of an import. */
  importId: string | null;
  /** Null: the entry did not exist yet. */
  before: EntryState | null;
  /** Null: the entry was removed. */
  after: EntryState | null;
}

/** All changes to the whitelist. WhitelistStore writes them with each change; they are never deleted. */
export interface WhitelistHistory {
  /** Returns at most `limit` changes to a number after a position, the latest first. */
  page(
    tx: Tx | null,
    phone: string,
    after: Position | null,
    limit: number,
  ): Promise<Placed<WhitelistChange>[]>;
}

/** Of the actor only what is shown. */
interface ChangeRow extends Omit<WhitelistChangeRow, "phone" | "actor_id"> {
  action: ChangeAction;
}

const toState = (isActive: boolean | null, notes: string | null): EntryState | null =>
  isActive === null ? null : { isActive, notes: notes ?? "" };

function toChange(row: ChangeRow): WhitelistChange {
  return {
    action: row.action,
    happenedAt: row.happened_at,
    actor: row.actor_phone === null ? null : { phone: row.actor_phone, name: row.actor_name ?? "" },
    importId: row.import_id,
    before: toState(row.was_active, row.notes_before),
    after: toState(row.is_active, row.notes_after),
  };
}

export function createWhitelistHistory(database: Database): WhitelistHistory {
  return {
    async page(tx, phone, after, limit) {
      const query = createListQuery();
      query.where(`change.phone = ${query.value(phone)}`);
      if (after) query.where(`change.id < ${query.value(after[0])}`);
      const text = `SELECT id, action, happened_at, actor_phone, actor_name, import_id,
          was_active, notes_before, is_active, notes_after
        FROM whitelist_history AS change ${query.tail("change.id DESC", limit)}`;
      const statement = { name: "whitelist_history_page", text, isAdHoc: true };
      const rows = await database.run<ChangeRow>(tx, statement, query.values);
      return rows.map((row) => ({ row: toChange(row), position: [row.id] }));
    },
  };
}
