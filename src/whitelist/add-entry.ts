import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { Actor, WhitelistEntry } from "./whitelist-entry.js";
import type { WhitelistStore } from "./whitelist-store.js";

export interface WhitelistDeps {
  database: Database;
  whitelist: WhitelistStore;
  clock: Clock;
  phoneRules: PhoneRules;
}

/** The result that is reported for each AddAction. */
export const ADD_RESULTS = { add: "added", reactivate: "reactivated" } as const;

export interface AddEntryInput {
  phone: string;
  notes: string;
  isActive: boolean;
  actor: Actor;
}

/**
 * Allows a number to register. A deactivated number is reactivated, and keeps its notes unless new ones are given.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, or ENTRY_EXISTS if the number is on the list and is already
 * active or `isActive` is false.
 */
export async function addEntry(
  deps: WhitelistDeps,
  { actor, isActive, ...input }: AddEntryInput,
): Promise<{ entry: WhitelistEntry; reactivated: boolean }> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const addition = { phone, notes: cleanNotes(input.notes), isActive };
  return deps.database.transaction(async (tx) => {
    const context = { actor, at: deps.clock.now(), importId: null };
    const actions = await deps.whitelist.add(tx, [addition], context);
    const entry = actions.has(phone) && (await deps.whitelist.find(tx, phone));
    if (!entry) throw new DomainError("ENTRY_EXISTS");
    return { entry, reactivated: actions.get(phone) === "reactivate" };
  });
}

/** Notes in their normal form: trimmed, in Unicode NFC (an accented letter is one character). */
export function cleanNotes(notes: string): string {
  return notes.trim().normalize("NFC");
}
