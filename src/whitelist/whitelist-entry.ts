import type { UserRow } from "../db/models/user.js";
import type { WhitelistEntryRow } from "../db/models/whitelist-entry.js";
import type { User } from "../users/user.js";

/** A phone number that may have an account. */
export interface WhitelistEntry {
  id: number;
  phone: string;
  /** Null: added on the command line, or by an administrator whose account no longer exists. */
  addedBy: { phone: string; firstName: string; lastName: string } | null;
  addedAt: Date;
  notes: string;
  /** An inactive entry does not allow its number to register. */
  isActive: boolean;
}

/** The administrator who changes the whitelist; null: the command line. */
export type Actor = Pick<User, "id" | "phone" | "firstName" | "lastName"> | null;

/** Maximum length of notes, in characters. */
export const MAX_NOTES = 1000;

/** The columns of an EntryRow, selected from ENTRY_TABLES. */
export const ENTRY_COLUMNS = `entry.id, entry.phone, entry.added_at, entry.notes, entry.is_active,
  adder.phone AS adder_phone, adder.first_name AS adder_first_name, adder.last_name AS adder_last_name`;

export const ENTRY_TABLES =
  "whitelist_entries AS entry LEFT JOIN users AS adder ON adder.id = entry.added_by";

type AdderColumn = "phone" | "first_name" | "last_name";

export type EntryRow = Omit<WhitelistEntryRow, "added_by"> & {
  [Column in AdderColumn as `adder_${Column}`]: UserRow[Column] | null;
};

export function toEntry(row: EntryRow): WhitelistEntry {
  const { adder_phone: phone, adder_first_name: firstName, adder_last_name: lastName } = row;
  return {
    id: row.id,
    phone: row.phone,
    addedBy: phone === null ? null : { phone, firstName: firstName ?? "", lastName: lastName ?? "" },
    addedAt: row.added_at,
    notes: row.notes,
    isActive: row.is_active,
  };
}
