import type { Actor } from "../audit/act.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import { isAdmin, isLastSuperuser } from "../users/user.js";
import { type Credentials, isUnproved, type UserStore } from "../users/user-store.js";
import type { AccountStore } from "./account-store.js";

export interface LockAccountDeps {
  accounts: AccountStore;
  users: UserStore;
}

/** Who acts on which account. */
export interface AccountActor {
  phone: string;
  actor: Actor;
  /** True: the act is for superusers alone, whatever the account. */
  needsSuperuser?: boolean;
}

/**
 * Locks the active superusers, and after them the number's account, which it returns, and whether that is the last active
 * superuser; null if the number has none. These transactions wait for each other, so that one of two superusers who
 * deactivate each other remains.
 *
 * Administrators need their rights in this transaction, because they can lose them during a call. A superuser's account,
 * active or not, is for superusers and the command line alone: SUPERUSER_REQUIRED for an administrator who is no active
 * superuser. ADMIN_REQUIRED for one who no longer has any rights, or is deactivated, leaving or gone.
 */
export async function lockAccount(
  { accounts, users }: LockAccountDeps,
  tx: Tx,
  { phone, actor, needsSuperuser = false }: AccountActor,
): Promise<{ account: Credentials | null; isLastSuperuser: boolean }> {
  const superusers = await accounts.lockSuperusers(tx);
  const account = await users.lock(tx, { phone });
  const isStaff = actor.kind === "administrator" && !superusers.includes(actor.id);
  if (isStaff && (needsSuperuser || account?.user.isSuperuser)) throw new DomainError("SUPERUSER_REQUIRED");
  if (isStaff && !(await isActiveAdmin(users, tx, actor.id))) throw new DomainError("ADMIN_REQUIRED");
  return {
    account: account && !isUnproved(account) ? account : null,
    isLastSuperuser: isLastSuperuser(superusers, account?.user.id),
  };
}

async function isActiveAdmin(users: UserStore, tx: Tx, id: number): Promise<boolean> {
  const found = await users.findById(tx, id);
  return found?.deletionAt === null && found.user.isActive && isAdmin(found.user);
}
