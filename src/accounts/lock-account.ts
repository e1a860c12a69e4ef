import type { Actor } from "../audit/act.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
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
 * Locks the active superusers, whose ids it returns, and after them the number's account; null if it has none.
 *
 * A superuser's account, active or not, is for superusers and the command line alone: SUPERUSER_REQUIRED for an
 * administrator who is no active superuser in this transaction.
 */
export async function lockAccount(
  { accounts, users }: LockAccountDeps,
  tx: Tx,
  { phone, actor, needsSuperuser = false }: AccountActor,
): Promise<{ account: Credentials | null; superusers: readonly number[] }> {
  const superusers = await accounts.lockSuperusers(tx);
  const account = await users.lock(tx, { phone });
  const isStaff = actor.kind === "administrator" && !superusers.includes(actor.id);
  if (isStaff && (needsSuperuser || account?.user.isSuperuser)) throw new DomainError("SUPERUSER_REQUIRED");
  return { account: account && !isUnproved(account) ? account : null, superusers };
}
