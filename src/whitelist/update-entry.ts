import { DomainError } from "../errors.js";
import { parsePhone } from "../users/phone-number.js";
import { cleanNotes, type WhitelistDeps } from "./add-entry.js";
import type { Actor, WhitelistEntry } from "./whitelist-entry.js";

export interface UpdateEntryInput {
  phone: string;
  /** Null: unchanged. */
  notes: string | null;
  /** Null: unchanged. */
  isActive: boolean | null;
  actor: Actor;
}

/**
 * Changes the notes of an entry, or deactivates or reactivates it.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or ENTRY_NOT_FOUND.
 */
export async function updateEntry(
  deps: WhitelistDeps,
  { phone: rawPhone, notes, isActive, actor }: UpdateEntryInput,
): Promise<WhitelistEntry> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  const changes = { notes: notes === null ? null : cleanNotes(notes), isActive };
  return deps.database.transaction(async (tx) => {
    const context = { actor, at: deps.clock.now(), importId: null };
    const found = await deps.whitelist.update(tx, phone, changes, context);
    const entry = found && (await deps.whitelist.find(tx, phone));
    if (!entry) throw new DomainError("ENTRY_NOT_FOUND");
    return entry;
  });
}
