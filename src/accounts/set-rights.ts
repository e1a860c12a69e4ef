import type { Actor, Role } from "../audit/act.js";
import { DomainError } from "../errors.js";
import type { Account } from "./account.js";
import type { Rights } from "./account-store.js";
import { type ChangeAccountDeps, changeAccount } from "./set-account-active.js";

/**
 * Replaces the rights of an account by what `rights` returns for the current ones. They apply from its next call on.
 * Records a change of the role.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, SUPERUSER_REQUIRED or LAST_SUPERUSER.
 */
export async function setRights(
  deps: ChangeAccountDeps,
  { phone, rights, actor }: { phone: string; rights: (current: Rights) => Rights; actor: Actor },
): Promise<Account> {
  return changeAccount(deps, { phone, actor }, async (tx, { user: { id, ...current } }, isLastSuperuser) => {
    const next = rights(current);
    if (isLastSuperuser && !next.isSuperuser) throw new DomainError("LAST_SUPERUSER");
    const user = await deps.accounts.setRights(tx, id, next);
    const [before, after] = [{ role: roleOf(current) }, { role: roleOf(next) }];
    if (before.role !== after.role) {
      const act = { accountId: id, at: deps.clock.now(), actor };
      await deps.record(tx, { ...act, action: "role_changed", before, after });
    }
    return user;
  });
}

/** A superuser has the rights of staff, whether or not it is marked as such. */
function roleOf({ isStaff, isSuperuser }: Rights): Role {
  if (isSuperuser) return "SUPERUSER";
  return isStaff ? "STAFF" : "CUSTOMER";
}
