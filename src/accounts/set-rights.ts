import type { Actor, Role } from "../audit/act.js";
import { DomainError } from "../errors.js";
import type { Account } from "./account.js";
import type { Rights } from "./account-store.js";
import { type ActOnAccountDeps, actOnAccount } from "./act-on-account.js";

export interface SetRightsInput {
  phone: string;
  rights: (current: Rights) => Rights;
  /** Why; recorded with a change of the role. */
  reason?: string | null | undefined;
  actor: Actor;
}

/**
 * Replaces the rights of an account by what `rights` returns for the current ones. They apply from its next call on.
 * Records a change of the role.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, LAST_SUPERUSER; or SUPERUSER_REQUIRED for an
 * administrator who is no active superuser in this transaction.
 */
export async function setRights(
  deps: ActOnAccountDeps,
  { phone, rights, reason = null, actor }: SetRightsInput,
): Promise<Account> {
  const who = { phone, actor, needsSuperuser: true };
  return actOnAccount(deps, who, async (tx, { user: { id, ...current } }, isLastSuperuser) => {
    const next = rights(current);
    if (isLastSuperuser && !next.isSuperuser) throw new DomainError("LAST_SUPERUSER");
    const user = await deps.accounts.setRights(tx, id, next);
    const [before, after] = [{ role: roleOf(current) }, { role: roleOf(next) }];
    if (before.role !== after.role) {
      const act = { accountId: id, at: deps.clock.now(), actor, reason };
      await deps.record(tx, { ...act, action: "role_changed", before, after });
    }
    return user;
  });
}

/** A superuser has the rights of staff, whether or not it is marked as such. */
export function roleOf({ isStaff, isSuperuser }: Rights): Role {
  if (isSuperuser) return "SUPERUSER";
  return isStaff ? "STAFF" : "CUSTOMER";
}
