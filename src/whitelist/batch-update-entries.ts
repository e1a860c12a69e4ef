import { type BatchInput, type BatchRow, runBatch } from "../batches/run-batch.js";
import { DomainError, invalidField } from "../errors.js";
import { cleanNotes, type WhitelistDeps } from "./add-entry.js";
import { removeEntry } from "./remove-entry.js";
import type { UpdateEntryInput } from "./update-entry.js";

export interface BatchUpdateEntriesInput extends BatchInput, Omit<UpdateEntryInput, "phone"> {
  /** Remove the entries, instead of any other change. */
  remove: boolean;
}

/**
 * Changes or removes entries, one after the other, each as `updateEntry` or `removeEntry` does, in a statement of its own.
 * A row is refused with a reason that these throw. Entries that are already as asked are unchanged and write no history.
 *
 * Rejects as `runBatch` does, and with INVALID_REQUEST for no change, or for another one beside `remove`.
 */
export async function batchUpdateEntries(
  deps: WhitelistDeps,
  { phones, signal, remove, notes, isActive, actor }: BatchUpdateEntriesInput,
): Promise<BatchRow[]> {
  const hasChanges = notes !== null || isActive !== null;
  if (remove === hasChanges) throw invalidField(remove ? "remove" : "is_active", (m) => m.batchChange);
  const changes = { notes: notes === null ? null : cleanNotes(notes), isActive };
  return runBatch(deps, { phones, signal }, async (phone) => {
    if (remove) {
      await removeEntry(deps, { phone, actor });
      return true;
    }
    const context = { actor, at: deps.clock.now(), importId: null };
    const found = await deps.whitelist.update(null, phone, changes, context);
    if (!found) throw new DomainError("ENTRY_NOT_FOUND");
    return found.isChanged;
  });
}
