import { DomainError } from "../errors.js";
import { parsePhone } from "../users/phone-number.js";
import type { WhitelistDeps } from "./add-entry.js";
import type { Actor } from "./whitelist-entry.js";

/**
 * Takes a number off the whitelist and returns it in its normal form; accounts that exist are not touched.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or ENTRY_NOT_FOUND.
 */
export async function removeEntry(
  deps: WhitelistDeps,
  { phone: text, actor }: { phone: string; actor: Actor },
): Promise<string> {
  const phone = parsePhone(deps.phoneRules, text);
  const by = { actor, at: deps.clock.now(), importId: null };
  if (!(await deps.whitelist.remove(null, phone, by))) throw new DomainError("ENTRY_NOT_FOUND");
  return phone;
}
