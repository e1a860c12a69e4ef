import type { Actor } from "../audit/act.js";
import { changeProfile, checkProfile, type ProfileUpdate } from "../users/profile-update.js";
import type { Account } from "./account.js";
import { type ActOnAccountDeps, actOnAccount } from "./act-on-account.js";

export interface UpdateAccountInput extends ProfileUpdate {
  phone: string;
  actor: Actor;
}

/**
 * Changes the given fields of an account's profile, all or none, whatever the account's state. Records the names of the
 * fields whose values differ from before, if there are any.
 *
 * Throws INVALID_REQUEST for an empty name, PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND,
 * ADMIN_REQUIRED or SUPERUSER_REQUIRED as `lockAccount` does, or EMAIL_TAKEN when another account has the address
 * (case-insensitive).
 */
export async function updateAccount(
  deps: ActOnAccountDeps,
  { phone, actor, ...update }: UpdateAccountInput,
): Promise<Account> {
  checkProfile(update);
  return actOnAccount(deps, { phone, actor }, async (tx, { user: account, deletionAt }) => {
    const user = await changeProfile(deps, tx, { ...update, account, actor });
    return user && { ...user, deletionAt };
  });
}
