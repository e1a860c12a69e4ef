import { type EraseAccountDeps, eraseLeaving } from "../accounts/erase-account.js";

export interface EraseDueDeps extends EraseAccountDeps {
  /** Reports an account that could not be erased, for the log. */
  erasureFailed(error: unknown, accountId: number): void;
}

/**
 * Erases the accounts whose time has come, one transaction each, the one that was due first before the others. One that
 * can't be erased is reported, and tried again the next time.
 */
export async function eraseDue(deps: EraseDueDeps, mayGoOn: () => Promise<boolean>): Promise<void> {
  const left: number[] = [];
  for (;;) {
    const account = await deps.deletions.nextDue(null, left);
    if (!account) return;
    const isErased = await eraseLeaving(deps, account).catch((error: unknown) => {
      deps.erasureFailed(error, account.id);
      return false;
    });
    if (!isErased) left.push(account.id);
    if (!(await mayGoOn())) return;
  }
}
