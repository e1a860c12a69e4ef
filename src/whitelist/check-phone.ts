import { parsePhone } from "../users/phone-number.js";
import type { WhitelistDeps } from "./add-entry.js";
import type { WhitelistEntry } from "./whitelist-entry.js";

export interface PhoneCheck {
  /** The number in its normal form. */
  phone: string;
  isAuthorized: boolean;
  /** Null when the number is not on the whitelist. */
  entry: WhitelistEntry | null;
}

/**
 * Checks whether a number may register, and returns its whitelist entry if it has one.
 * Throws PHONE_REQUIRED, PHONE_INVALID or PHONE_LENGTH.
 */
export async function checkPhone(
  deps: Pick<WhitelistDeps, "whitelist" | "phoneRules">,
  rawPhone: string,
): Promise<PhoneCheck> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  const entry = await deps.whitelist.find(null, phone);
  return { phone, isAuthorized: entry?.isActive ?? false, entry };
}
