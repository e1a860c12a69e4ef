import type { Database, Statement, Tx } from "../db/database.js";

/** A phone number that may have an account. */
export interface WhitelistEntry {
  id: number;
  phone: string;
  /** Who added it; null: the command line, or an administrator whose account is gone. */
  addedBy: { phone: string; firstName: string; lastName: string } | null;
  addedAt: Date;
  notes: string;
  /** An inactive entry can't be used to register. */
  isActive: boolean;
}

/** Who changes the whitelist; null: the command line. */
export type Actor = { id: number; phone: string } | null;

/** An addition, as the history keeps it too. */
export interface Addition {
  phone: string;
  notes: string;
  isActive: boolean;
  addedAt: Date;
  actor: Actor;
}

export interface WhitelistStore {
  /**
   * Adds the number, or reactivates it when it is there and inactive; null when it is there and active.
   * The history gets its row in the same statement.
   */
  add(tx: Tx | null, addition: Addition): Promise<{ entry: WhitelistEntry; reactivated: boolean } | null>;
  find(tx: Tx | null, phone: string): Promise<WhitelistEntry | null>;
  /** Whether the number is there and active. */
  isActive(tx: Tx | null, phone: string): Promise<boolean>;
  /** Every entry in order of addition, `batch` by `batch`. */
  list(tx: Tx | null, afterId: number, batch: number): Promise<WhitelistEntry[]>;
  /** Removes the number; false when it was not there. The history gets its row in the same statement. */
  remove(tx: Tx | null, phone: string, actor: Actor, now: Date): Promise<boolean>;
}

const entryColumns = `entry.id, entry.phone, entry.added_at, entry.notes, entry.is_active,
  adder.phone AS adder_phone, adder.first_name AS adder_first_name, adder.last_name AS adder_last_name`;

const add: Statement = {
  name: "whitelist_add",
  text: `WITH entry AS (
           INSERT INTO whitelist_entries AS existing (phone, added_by, added_at, notes, is_active)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (phone) DO UPDATE
             SET is_active = true, notes = CASE WHEN excluded.notes = '' THEN existing.notes ELSE excluded.notes END
             WHERE NOT existing.is_active AND excluded.is_active
           RETURNING *, xmax <> 0 AS reactivated
         ), logged AS (
           INSERT INTO whitelist_history (phone, action, actor_id, actor_phone, happened_at, is_active, notes)
           SELECT phone, CASE WHEN reactivated THEN 'reactivate' ELSE 'add' END, $2, $6::text, $3, is_active, notes FROM entry
         )
         SELECT ${entryColumns}, entry.reactivated FROM entry LEFT JOIN users AS adder ON adder.id = entry.added_by`,
};

const find: Statement = {
  name: "whitelist_find",
  text: `SELECT ${entryColumns} FROM whitelist_entries AS entry
         LEFT JOIN users AS adder ON adder.id = entry.added_by WHERE entry.phone = $1`,
};

const isActive: Statement = {
  name: "whitelist_is_active",
  text: "SELECT FROM whitelist_entries WHERE phone = $1 AND is_active",
};

const list: Statement = {
  name: "whitelist_list",
  text: `SELECT ${entryColumns} FROM whitelist_entries AS entry
         LEFT JOIN users AS adder ON adder.id = entry.added_by
         WHERE entry.id > $1 ORDER BY entry.id LIMIT $2`,
};

const remove: Statement = {
  name: "whitelist_remove",
  text: `WITH gone AS (
           DELETE FROM whitelist_entries WHERE phone = $1 RETURNING phone, is_active, notes
         )
         INSERT INTO whitelist_history (phone, action, actor_id, actor_phone, happened_at, is_active, notes)
         SELECT phone, 'remove', $2::integer, $3::text, $4::timestamptz, is_active, notes FROM gone
         RETURNING id`,
};

interface EntryRow {
  id: number;
  phone: string;
  added_at: Date;
  notes: string;
  is_active: boolean;
  adder_phone: string | null;
  adder_first_name: string | null;
  adder_last_name: string | null;
}

function toEntry(row: EntryRow): WhitelistEntry {
  const addedBy =
    row.adder_phone === null
      ? null
      : {
          phone: row.adder_phone,
          firstName: row.adder_first_name ?? "",
          lastName: row.adder_last_name ?? "",
        };
  return {
    id: row.id,
    phone: row.phone,
    addedBy,
    addedAt: row.added_at,
    notes: row.notes,
    isActive: row.is_active,
  };
}

export function createWhitelistStore(database: Database): WhitelistStore {
  return {
    async add(tx, { phone, notes, isActive, addedAt, actor }) {
      const [row] = await database.run<EntryRow & { reactivated: boolean }>(tx, add, [
        phone,
        actor?.id ?? null,
        addedAt,
        notes,
        isActive,
        actor?.phone ?? null,
      ]);
      return row ? { entry: toEntry(row), reactivated: row.reactivated } : null;
    },
    async find(tx, phone) {
      const [row] = await database.run<EntryRow>(tx, find, [phone]);
      return row ? toEntry(row) : null;
    },
    async isActive(tx, phone) {
      return (await database.run(tx, isActive, [phone])).length > 0;
    },
    async list(tx, afterId, batch) {
      return (await database.run<EntryRow>(tx, list, [afterId, batch])).map(toEntry);
    },
    async remove(tx, phone, actor, now) {
      const rows = await database.run(tx, remove, [phone, actor?.id ?? null, actor?.phone ?? null, now]);
      return rows.length > 0;
    },
  };
}
