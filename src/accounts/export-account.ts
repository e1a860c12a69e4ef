import type { Actor } from "../audit/act.js";
import { type AccountCopy, type TakeExportDeps, takeExport } from "../export/take-export.js";
import { type ActOnAccountDeps, actOnAccount } from "./act-on-account.js";

export type ExportAccountDeps = ActOnAccountDeps & TakeExportDeps;

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
  { phone, reason, actor }: ExportAccountInput,
): Promise<AccountCopy> {
  return actOnAccount(deps, { phone, actor }, (tx, { user: { id: accountId } }) =>
    takeExport(deps, tx, { accountId, actor, reason }),
  );
}
