import type { Database, Statement, Tx } from "../db/database.js";
import type { WhitelistEntryRow } from "../db/models/whitelist-entry.js";
import { fullName } from "../users/user.js";
import {
  type Actor,
  ENTRY_COLUMNS,
  ENTRY_TABLES,
  type EntryRow,
  toEntry,
  type WhitelistEntry,
} from "./whitelist-entry.js";

/** A number to add. */
export interface Addition {
  phone: string;
  notes: string;
  isActive: boolean;
}

/** The actor, time and import (if any) of a change, for the history. */
export interface ChangeContext {
  actor: Actor;
  at: Date;
  importId: string | null;
}

/** The ways in which adding a number can change the list. */
export type AddAction = "add" | "reactivate";

/** Entries and changes to them. Each change writes its history row in the same statement. */
export interface WhitelistStore {
  /**
   * Adds numbers, no two of them the same, in one statement. A number that is on the list and inactive is reactivated
   * if its addition is active, and its notes change if new ones are given. Returns the action for each number that
   * changed.
   */
  add(tx: Tx | null, additions: readonly Addition[], by: ChangeContext): Promise<Map<string, AddAction>>;
  /** Returns what `add` would if the earlier previews in `tx` had been applied. Changes nothing. */
  preview(tx: Tx, additions: readonly Addition[]): Promise<Map<string, AddAction>>;
  find(tx: Tx | null, phone: string): Promise<WhitelistEntry | null>;
  /** Whether the number is on the list and active. */
  isActive(tx: Tx | null, phone: string): Promise<boolean>;
  /** Changes the fields that are not null. Returns null if the number is not on the list. */
  update(
    tx: Tx | null,
    phone: string,
    changes: { notes: string | null; isActive: boolean | null },
    by: ChangeContext,
  ): Promise<{ isChanged: boolean } | null>;
  /** Removes the number. Returns false if it was not on the list. */
  remove(tx: Tx | null, phone: string, by: ChangeContext): Promise<boolean>;
}

/** The columns of the history. `signature` gives the five parameters of a ChangeContext, numbered from `from`. */
const HISTORY_COLUMNS = `phone, action, actor_id, actor_phone, actor_name, happened_at, import_id,
  was_active, notes_before, is_active, notes_after`;
const signature = (from: number) =>
  ["integer", "text", "text", "timestamptz", "uuid"].map((type, i) => `$${from + i}::${type}`).join(", ");

// The subqueries look up each number by itself through the index: a planner that expects many numbers would read the
// whole table. Numbers are sorted, so that rows are locked and added in that order and two imports do not deadlock.
const add: Statement = {
  name: "whitelist_add",
  text: `WITH given AS (
           SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[]) AS given (phone, notes, is_active)
         ), inactive AS MATERIALIZED (
           SELECT entry.id, entry.notes AS notes_before, given.notes FROM given
           CROSS JOIN LATERAL (
             SELECT id, notes FROM whitelist_entries WHERE phone = given.phone AND NOT is_active FOR UPDATE
           ) AS entry
           WHERE given.is_active
         ), reactivated AS (
           UPDATE whitelist_entries AS entry
           SET is_active = true, notes = CASE WHEN inactive.notes = '' THEN entry.notes ELSE inactive.notes END
           FROM inactive WHERE entry.id = inactive.id
           RETURNING entry.phone, inactive.notes_before, entry.notes
         ), added AS (
           INSERT INTO whitelist_entries (phone, notes, is_active, added_by, added_at)
           SELECT given.phone, given.notes, given.is_active, $4::integer, $7::timestamptz FROM given
           WHERE (SELECT id FROM whitelist_entries AS entry WHERE entry.phone = given.phone) IS NULL
           ON CONFLICT (phone) DO NOTHING
           RETURNING phone, notes, is_active
         ), done AS (
           SELECT phone, 'reactivate' AS action, false AS was_active, notes_before, true AS is_active, notes
           FROM reactivated
           UNION ALL SELECT phone, 'add', NULL, NULL, is_active, notes FROM added
         ), logged AS (
           INSERT INTO whitelist_history (${HISTORY_COLUMNS})
           SELECT phone, action, ${signature(4)}, was_active, notes_before, is_active, notes FROM done
         )
         SELECT phone, action FROM done`,
};

const CREATE_PREVIEW_TABLE = `CREATE TEMPORARY TABLE IF NOT EXISTS whitelist_preview
  (phone varchar(16) COLLATE "C" PRIMARY KEY, is_active boolean NOT NULL) ON COMMIT DROP`;

const preview: Statement = {
  name: "whitelist_preview",
  text: `WITH known AS (
           SELECT phone, is_active, coalesce(
               (SELECT is_active FROM whitelist_preview AS seen WHERE seen.phone = given.phone),
               (SELECT is_active FROM whitelist_entries AS entry WHERE entry.phone = given.phone)
             ) AS was_active
           FROM unnest($1::text[], $2::boolean[]) AS given (phone, is_active)
         ), done AS (
           SELECT phone, is_active, CASE WHEN was_active IS NULL THEN 'add' ELSE 'reactivate' END AS action
           FROM known WHERE was_active IS NULL OR is_active AND NOT was_active
         ), noted AS (
           INSERT INTO whitelist_preview SELECT phone, is_active FROM done
           ON CONFLICT (phone) DO UPDATE SET is_active = excluded.is_active
         )
         SELECT phone, action FROM done`,
  isAdHoc: true,
};

const find: Statement = {
  name: "whitelist_find",
  text: `SELECT ${ENTRY_COLUMNS} FROM ${ENTRY_TABLES} WHERE entry.phone = $1`,
};

const isActive: Statement = {
  name: "whitelist_is_active",
  text: "SELECT FROM whitelist_entries WHERE phone = $1 AND is_active",
};

const update: Statement = {
  name: "whitelist_update_2",
  text: `WITH before AS MATERIALIZED (
           SELECT id, notes, is_active FROM whitelist_entries WHERE phone = $1 FOR UPDATE
         ), changed AS (
           UPDATE whitelist_entries AS entry
           SET notes = coalesce($2::text, before.notes), is_active = coalesce($3::boolean, before.is_active)
           FROM before
           WHERE entry.id = before.id
             AND (coalesce($2::text, before.notes) <> before.notes
               OR coalesce($3::boolean, before.is_active) <> before.is_active)
           RETURNING entry.phone, before.is_active AS was_active, before.notes AS notes_before,
             entry.is_active, entry.notes
         ), logged AS (
           INSERT INTO whitelist_history (${HISTORY_COLUMNS})
           SELECT phone,
             CASE WHEN was_active = is_active THEN 'change_notes' WHEN is_active THEN 'reactivate' ELSE 'deactivate' END,
             ${signature(4)}, was_active, notes_before, is_active, notes
           FROM changed
         )
         SELECT EXISTS (SELECT FROM changed) AS "isChanged" FROM before`,
};

const remove: Statement = {
  name: "whitelist_remove",
  text: `WITH gone AS (
           DELETE FROM whitelist_entries WHERE phone = $1 RETURNING phone, is_active, notes
         )
         INSERT INTO whitelist_history (${HISTORY_COLUMNS})
         SELECT phone, 'remove', ${signature(2)}, is_active, notes, NULL, NULL FROM gone
         RETURNING phone`,
};

function signatureValues({ actor, at, importId }: ChangeContext): unknown[] {
  return [actor?.id ?? null, actor?.phone ?? null, actor && fullName(actor), at, importId];
}

interface ActionRow extends Pick<WhitelistEntryRow, "phone"> {
  action: AddAction;
}

const byPhone = (rows: readonly ActionRow[]) => new Map(rows.map(({ phone, action }) => [phone, action]));

export function createWhitelistStore(database: Database): WhitelistStore {
  return {
    async add(tx, additions, by) {
      const sorted = additions.toSorted((a, b) => (a.phone < b.phone ? -1 : 1));
      const phones = sorted.map(({ phone }) => phone);
      const notes = sorted.map((addition) => addition.notes);
      const active = sorted.map((addition) => addition.isActive);
      return byPhone(await database.run<ActionRow>(tx, add, [phones, notes, active, ...signatureValues(by)]));
    },
    async preview(tx, additions) {
      await database.execute(tx, CREATE_PREVIEW_TABLE);
      const phones = additions.map(({ phone }) => phone);
      const active = additions.map((addition) => addition.isActive);
      return byPhone(await database.run<ActionRow>(tx, preview, [phones, active]));
    },
    async find(tx, phone) {
      const [row] = await database.run<EntryRow>(tx, find, [phone]);
      return row ? toEntry(row) : null;
    },
    async isActive(tx, phone) {
      return (await database.run(tx, isActive, [phone])).length > 0;
    },
    async update(tx, phone, changes, by) {
      const values = [phone, changes.notes, changes.isActive, ...signatureValues(by)];
      const [row] = await database.run<{ isChanged: boolean }>(tx, update, values);
      return row ?? null;
    },
    async remove(tx, phone, by) {
      return (await database.run(tx, remove, [phone, ...signatureValues(by)])).length > 0;
    },
  };
}
