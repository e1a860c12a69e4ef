import type { Actor } from "../audit/act.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import { type Credentials, isUnproved, type UserStore } from "../users/user-store.js";
import type { AccountStore } from "./account-store.js";

export interface LockAccountDeps {
  accounts: AccountStore;
  users: UserStore;
}

/**
 * Locks the active superusers, whose ids it returns, and after them the number's account; null if it has none.
 *
 * A superuser's account, active or not, is for superusers and the command line alone: SUPERUSER_REQUIRED for an
 * administrator who is no active superuser in this transaction.
 */
export async function lockAccount(
  { accounts, users }: LockAccountDeps,
  tx: Tx,
  { phone, actor }: { phone: string; actor: Actor },
): Promise<{ account: Credentials | null; superusers: readonly number[] }> {
  const superusers = await accounts.lockSuperusers(tx);
  const account = await users.lock(tx, { phone });
  const isStaff = actor.kind === "administrator" && !superusers.includes(actor.id);
  if (account?.user.isSuperuser && isStaff) throw new DomainError("SUPERUSER_REQUIRED");
  return { account: account && !isUnproved(account) ? account : null, superusers };
}
