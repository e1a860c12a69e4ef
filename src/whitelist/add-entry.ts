import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { Actor, WhitelistEntry, WhitelistStore } from "./whitelist-store.js";

export interface WhitelistDeps {
  whitelist: WhitelistStore;
  clock: Clock;
  phoneRules: PhoneRules;
}

export interface AddEntryInput {
  phone: string;
  notes: string;
  isActive: boolean;
  actor: Actor;
}

/**
 * Lets a number register. A deactivated number is reactivated, and keeps its notes unless new ones are given.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, or ENTRY_EXISTS for a number that is there and active.
 */
export async function addEntry(
  deps: WhitelistDeps,
  input: AddEntryInput,
): Promise<{ entry: WhitelistEntry; reactivated: boolean }> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const added = await deps.whitelist.add(null, { ...input, phone, addedAt: deps.clock.now() });
  if (!added) throw new DomainError("ENTRY_EXISTS");
  return added;
}
