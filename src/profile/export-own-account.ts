import type { Database } from "../db/database.js";
import { type AccountCopy, type TakeExportDeps, takeExport } from "../export/take-export.js";
import { type FreshSignInDeps, requireFreshSignIn, type SignInProof } from "../passwords/fresh-sign-in.js";
import type { UserStore } from "../users/user-store.js";
import { lockCaller } from "./revoke-sessions.js";

export interface ExportOwnAccountDeps extends FreshSignInDeps, TakeExportDeps {
  database: Database;
  users: UserStore;
}

/**
 * Returns a copy of all that is kept about the caller's account, and records that.
 *
 * Throws REAUTHENTICATION_REQUIRED, CURRENT_PASSWORD_INCORRECT, UNAUTHENTICATED (the session is over, or the account
 * inactive), RATE_LIMITED (the last phone change can still be undone, or as `verifyCurrentPassword` does) or OVERLOADED.
 */
export async function exportOwnAccount(deps: ExportOwnAccountDeps, proof: SignInProof): Promise<AccountCopy> {
  await requireFreshSignIn(deps, proof);
  const { userId: accountId, sessionId: currentId } = proof;
  return deps.database.transaction(async (tx) => {
    await lockCaller(deps, tx, { userId: accountId, currentId });
    return takeExport(deps, tx, { accountId, actor: { kind: "owner" }, reason: null });
  });
}
