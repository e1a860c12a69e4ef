import { DomainError } from "../errors.js";
import { parsePhone } from "../users/phone-number.js";
import type { WhitelistDeps } from "./add-entry.js";
import type { Actor } from "./whitelist-entry.js";

/**
 * Removes a number from the whitelist and returns it in its normal form. Existing accounts are not affected.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or ENTRY_NOT_FOUND.
 */
export async function removeEntry(
  deps: WhitelistDeps,
  { phone: rawPhone, actor }: { phone: string; actor: Actor },
): Promise<string> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  const context = { actor, at: deps.clock.now(), importId: null };
  if (!(await deps.whitelist.remove(null, phone, context))) throw new DomainError("ENTRY_NOT_FOUND");
  return phone;
}
