import type { Actor } from "../audit/act.js";
import { DomainError } from "../errors.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { CodeStore } from "../verification/code-store.js";
import { type Account, accountOf } from "./account.js";
import { type ActOnAccountDeps, actOnAccount } from "./act-on-account.js";

export interface SetAccountActiveDeps extends ActOnAccountDeps {
  sessions: SessionStore;
  codes: CodeStore;
}

export interface SetAccountActiveInput {
  phone: string;
  isActive: boolean;
  /** Why; recorded with the act. */
  reason?: string | null | undefined;
  actor: Actor;
}

/**
 * Deactivates an account, so that it can neither sign in nor be activated by SMS, and ends its sessions. Or reactivates
 * it. Both void the account's codes. Repeating the call changes and records nothing. A registration is no account: only
 * a code activates it.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, ADMIN_REQUIRED, SUPERUSER_REQUIRED or
 * LAST_SUPERUSER.
 */
export async function setAccountActive(
  deps: SetAccountActiveDeps,
  input: SetAccountActiveInput,
): Promise<Account> {
  return (await changeActivity(deps, input)).account;
}

/** Like `setAccountActive`; also returns whether there was something to change. */
export async function changeActivity(
  deps: SetAccountActiveDeps,
  { phone, isActive, reason = null, actor }: SetAccountActiveInput,
): Promise<{ account: Account; isChanged: boolean }> {
  return actOnAccount(deps, { phone, actor }, async (tx, before, isLastSuperuser) => {
    if (isLastSuperuser && !isActive) throw new DomainError("LAST_SUPERUSER");
    if (before.user.isActive === isActive) return { account: accountOf(before), isChanged: false };
    const { id } = before.user;
    const now = deps.clock.now();
    const account = await deps.accounts.setActive(tx, id, isActive, now);
    await deps.codes.voidAll(tx, id);
    const act = { accountId: id, at: now, actor, reason };
    if (isActive) {
      await deps.record(tx, { ...act, action: "reactivated" });
    } else {
      const { length: sessionCount } = await deps.sessions.endAll(tx, id, null);
      await deps.record(tx, { ...act, action: "deactivated", sessionCount });
    }
    return account && { account, isChanged: true };
  });
}
