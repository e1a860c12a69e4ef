import type { Actor } from "../audit/act.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import { type AccountCopy, type TakeExportDeps, takeExport } from "../export/take-export.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import { type LockAccountDeps, lockAccount } from "./lock-account.js";

export interface ExportAccountDeps extends LockAccountDeps, TakeExportDeps {
  database: Database;
  phoneRules: PhoneRules;
}

export interface ExportAccountInput {
  phone: string;
  /** Why; recorded with the act. */
  reason: string;
  actor: Actor;
}

/**
 * Returns a copy of all that is kept about the account with this phone number, and records that.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND; ADMIN_REQUIRED or SUPERUSER_REQUIRED as
 * `lockAccount` does; or RATE_LIMITED while its last phone change can still be undone.
 */
export async function exportAccount(
  deps: ExportAccountDeps,
  { phone: rawPhone, reason, actor }: ExportAccountInput,
): Promise<AccountCopy> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  return deps.database.transaction(async (tx) => {
    const { account } = await lockAccount(deps, tx, { phone, actor });
    if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
    return takeExport(deps, tx, { accountId: account.user.id, actor, reason });
  });
}
