import type { Actor, Role } from "../audit/act.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { CodeStore } from "../verification/code-store.js";
import type { Account } from "./account.js";
import type { Rights } from "./account-store.js";
import { type ActOnAccountDeps, actOnAccount } from "./act-on-account.js";

export interface SetRightsDeps extends ActOnAccountDeps {
  sessions: SessionStore;
  codes: CodeStore;
}

export interface SetRightsInput {
  phone: string;
  rights: (current: Rights) => Rights;
  /** Why; recorded with a change of the role. */
  reason?: string | null | undefined;
  actor: Actor;
}

/** An account with its new rights. */
export interface RightsChange {
  account: Account;
  /** How many of its sessions ended, because it lost rights. */
  revokedCount: number;
}

/** The roles, each with more rights than the one before. */
const RANKS: readonly Role[] = ["CUSTOMER", "STAFF", "SUPERUSER"];

/**
 * Replaces the rights of an account by what `rights` returns for the current ones. They apply from its next call on. Records
 * a change of the role. An account that loses rights is signed out everywhere; with the rights it loses the second step of
 * its sign-in, on every device (the trigger users_second_factor). A phone change that an account has asked for can't be
 * confirmed once it has more rights.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, LAST_SUPERUSER; or SUPERUSER_REQUIRED for an
 * administrator who is no active superuser in this transaction.
 */
export async function setRights(deps: SetRightsDeps, input: SetRightsInput): Promise<Account> {
  return (await changeRights(deps, input)).account;
}

/** Like `setRights`; also returns how many sessions ended. */
export async function changeRights(
  deps: SetRightsDeps,
  { phone, rights, reason = null, actor }: SetRightsInput,
): Promise<RightsChange> {
  const who = { phone, actor, needsSuperuser: true };
  return actOnAccount(deps, who, async (tx, { user: { id, ...current } }, isLastSuperuser) => {
    const next = rights(current);
    if (isLastSuperuser && !next.isSuperuser) throw new DomainError("LAST_SUPERUSER");
    const account = await deps.accounts.setRights(tx, id, next);
    const [before, after] = [{ role: roleOf(current) }, { role: roleOf(next) }];
    const step = RANKS.indexOf(after.role) - RANKS.indexOf(before.role);
    // It was asked for without the second step, whose codes would then go to the new number.
    if (step > 0) await deps.codes.voidAll(tx, id, "phone_change");
    const sessionCount = step < 0 ? await signOut(deps, tx, id) : null;
    if (before.role !== after.role) {
      const act = { accountId: id, at: deps.clock.now(), actor, reason };
      await deps.record(tx, { ...act, action: "role_changed", before, after, sessionCount });
    }
    return account && { account, revokedCount: sessionCount ?? 0 };
  });
}

/** Ends every session of the account, and voids its codes for the second step. Returns how many sessions there were. */
async function signOut({ codes, sessions }: SetRightsDeps, tx: Tx, id: number): Promise<number> {
  await codes.voidAll(tx, id, "second_factor");
  return (await sessions.endAll(tx, id, null)).length;
}

/** A superuser has the rights of staff, whether or not it is marked as such. */
export function roleOf({ isStaff, isSuperuser }: Rights): Role {
  if (isSuperuser) return "SUPERUSER";
  return isStaff ? "STAFF" : "CUSTOMER";
}
