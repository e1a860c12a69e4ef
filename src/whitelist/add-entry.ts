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

/** What became of a number, by what adding it did. */
export const ADD_RESULTS = { add: "added", reactivate: "reactivated" } as const;

export interface AddEntryInput {
  phone: string;
  notes: string;
  isActive: boolean;
  actor: Actor;
}

/**
 * Lets a number register. A deactivated number is reactivated, and keeps its notes unless new ones are given.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, or ENTRY_EXISTS for a number that is there and active, or is not
 * to be active.
 */
export async function addEntry(
  deps: WhitelistDeps,
  { actor, isActive, ...input }: AddEntryInput,
): Promise<{ entry: WhitelistEntry; reactivated: boolean }> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const addition = { phone, notes: cleanNotes(input.notes), isActive };
  return deps.database.transaction(async (tx) => {
    const by = { actor, at: deps.clock.now(), importId: null };
    const done = await deps.whitelist.add(tx, [addition], by);
    const entry = done.has(phone) && (await deps.whitelist.find(tx, phone));
    if (!entry) throw new DomainError("ENTRY_EXISTS");
    return { entry, reactivated: done.get(phone) === "reactivate" };
  });
}

/** The one form of notes: without white space around them, and accents as one character. */
export function cleanNotes(text: string): string {
  return text.trim().normalize("NFC");
}
