import type { Database, Statement, Tx } from "../db/database.js";
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

/** A change to a number, which stands for all changes of its import. */
interface RecentWhitelistChange {
  phone: string;
  /** Without notes. */
  change: WhitelistChange;
  /** The changes of the import, at most MAX_COUNTED_CHANGES; 1 for a change that is part of none. */
  changeCount: number;
}

/** An import's changes are counted up to this many. */
const MAX_COUNTED_CHANGES = 10_000;

/** All changes to the whitelist. WhitelistStore writes them with each change; they are never deleted. */
export interface WhitelistHistory {
  /** Returns at most `limit` changes to a number after a position, the latest first. */
  page(
    tx: Tx | null,
    phone: string,
    after: Position | null,
    limit: number,
  ): Promise<Placed<WhitelistChange>[]>;
  /** Returns the latest changes, at most `limit`, latest first; of an import only the last one. */
  latest(tx: Tx | null, limit: number): Promise<RecentWhitelistChange[]>;
}

/** Of the actor only what is shown. */
interface ChangeRow extends Omit<WhitelistChangeRow, "phone" | "actor_id"> {
  action: ChangeAction;
}

const toState = (isActive: boolean | null, notes: string | null): EntryState | null =>
  isActive === null ? null : { isActive, notes: notes ?? "" };

function toChange(row: Omit<ChangeRow, "id">): WhitelistChange {
  return {
    action: row.action,
    happenedAt: row.happened_at,
    actor: row.actor_phone === null ? null : { phone: row.actor_phone, name: row.actor_name ?? "" },
    importId: row.import_id,
    before: toState(row.was_active, row.notes_before),
    after: toState(row.is_active, row.notes_after),
  };
}

/** A change with its number, without notes. */
interface RecentRow
  extends Omit<ChangeRow, "id" | "notes_before" | "notes_after">,
    Pick<WhitelistChangeRow, "phone"> {
  change_count: number;
}

const RECENT_COLUMNS =
  "id, phone, action, happened_at, actor_phone, actor_name, import_id, was_active, is_active";

/** The last change of the latest import that meets `condition`. All changes of an import have its time. */
const lastOfImport = (condition: string) => `SELECT ${RECENT_COLUMNS} FROM whitelist_history
           WHERE import_id IS NOT NULL AND ${condition}
           ORDER BY happened_at DESC, import_id DESC, id DESC LIMIT 1`;

// Each step from one import to the one before it is a look-up, however many changes they have. Ad hoc, so that the plan knows
// the limit.
const latest: Statement = {
  name: "whitelist_history_latest",
  text: `WITH RECURSIVE imports AS (
           SELECT 1 AS place, last.* FROM (${lastOfImport("true")}) AS last
           UNION ALL
           SELECT place + 1, last.* FROM imports CROSS JOIN LATERAL (
             ${lastOfImport("(happened_at, import_id) < (imports.happened_at, imports.import_id)")}
           ) AS last WHERE place < $1
         ), singles AS (
           SELECT ${RECENT_COLUMNS} FROM whitelist_history WHERE import_id IS NULL
           ORDER BY happened_at DESC, id DESC LIMIT $1
         ), latest AS (
           SELECT ${RECENT_COLUMNS} FROM imports UNION ALL SELECT ${RECENT_COLUMNS} FROM singles
           ORDER BY happened_at DESC, id DESC LIMIT $1
         )
         SELECT latest.*, CASE WHEN import_id IS NULL THEN 1 ELSE (
             SELECT count(*)::int FROM (
               SELECT FROM whitelist_history AS other
               WHERE other.happened_at = latest.happened_at AND other.import_id = latest.import_id
               LIMIT ${MAX_COUNTED_CHANGES}
             ) AS counted
           ) END AS change_count
         FROM latest ORDER BY happened_at DESC, id DESC`,
  isAdHoc: true,
};

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
    async latest(tx, limit) {
      const rows = await database.run<RecentRow>(tx, latest, [limit]);
      return rows.map((row) => ({
        phone: row.phone,
        change: toChange({ ...row, notes_before: null, notes_after: null }),
        changeCount: row.change_count,
      }));
    },
  };
}
