import { DomainError } from "../errors.js";
import { parsePhone } from "../users/phone-number.js";
import { cleanNotes, type WhitelistDeps } from "./add-entry.js";
import type { Actor, WhitelistEntry } from "./whitelist-entry.js";

export interface UpdateEntryInput {
  phone: string;
  /** Null: as they are. */
  notes: string | null;
  /** Null: as it is. */
  isActive: boolean | null;
  actor: Actor;
}

/**
 * Changes the notes of an entry, deactivates or reactivates it.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or ENTRY_NOT_FOUND.
 */
export async function updateEntry(
  deps: WhitelistDeps,
  { phone: text, notes, isActive, actor }: UpdateEntryInput,
): Promise<WhitelistEntry> {
  const phone = parsePhone(deps.phoneRules, text);
  const changes = { notes: notes === null ? null : cleanNotes(notes), isActive };
  return deps.database.transaction(async (tx) => {
    const by = { actor, at: deps.clock.now(), importId: null };
    const isThere = await deps.whitelist.update(tx, phone, changes, by);
    const entry = isThere && (await deps.whitelist.find(tx, phone));
    if (!entry) throw new DomainError("ENTRY_NOT_FOUND");
    return entry;
  });
}
