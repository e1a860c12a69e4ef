import { DomainError } from "../errors.js";
import type { User } from "../users/user.js";
import type { Rights } from "./account-store.js";
import { type ChangeAccountDeps, changeAccount } from "./set-account-active.js";

/**
 * Replaces the rights of an account by what `rights` returns for the current ones. They apply from its next call on.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND or LAST_SUPERUSER.
 */
export async function setRights(
  deps: ChangeAccountDeps,
  { phone, rights }: { phone: string; rights: (current: Rights) => Rights },
): Promise<User> {
  return changeAccount(deps, phone, async (tx, { id, ...current }, isLastSuperuser) => {
    const next = rights(current);
    if (isLastSuperuser && !next.isSuperuser) throw new DomainError("LAST_SUPERUSER");
    return deps.accounts.setRights(tx, id, next);
  });
}
