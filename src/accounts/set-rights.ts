import { DomainError } from "../errors.js";
import type { User } from "../users/user.js";
import type { Rights } from "./account-store.js";
import { type ChangeAccountDeps, changeAccount } from "./set-account-active.js";

/**
 * Gives an account the rights that `rights` makes of those it has; its next call is judged by them.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND or LAST_SUPERUSER.
 */
export async function setRights(
  deps: ChangeAccountDeps,
  { phone, rights }: { phone: string; rights: (has: Rights) => Rights },
): Promise<User> {
  return changeAccount(deps, phone, async (tx, { id, ...has }, isLastSuperuser) => {
    const next = rights(has);
    if (isLastSuperuser && !next.isSuperuser) throw new DomainError("LAST_SUPERUSER");
    return deps.directory.setRights(tx, id, next);
  });
}
