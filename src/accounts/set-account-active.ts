import type { Actor } from "../audit/act.js";
import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { Credentials } from "../users/user-store.js";
import type { CodeStore } from "../verification/code-store.js";
import { type Account, accountOf } from "./account.js";
import { type LockAccountDeps, lockAccount } from "./lock-account.js";

export interface ChangeAccountDeps extends LockAccountDeps {
  database: Database;
  clock: Clock;
  phoneRules: PhoneRules;
  record: RecordActs;
}

export interface SetAccountActiveDeps extends ChangeAccountDeps {
  sessions: SessionStore;
  codes: CodeStore;
}

/**
 * Deactivates an account, so that it can neither sign in nor be activated by SMS, and ends its sessions. Or reactivates
 * it. Both void the account's codes. Repeating the call changes and records nothing. A registration is no account: only
 * a code activates it.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, SUPERUSER_REQUIRED or LAST_SUPERUSER.
 */
export async function setAccountActive(
  deps: SetAccountActiveDeps,
  { phone, isActive, actor }: { phone: string; isActive: boolean; actor: Actor },
): Promise<Account> {
  return changeAccount(deps, { phone, actor }, async (tx, before, isLastSuperuser) => {
    if (isLastSuperuser && !isActive) throw new DomainError("LAST_SUPERUSER");
    if (before.user.isActive === isActive) return accountOf(before);
    const { id } = before.user;
    const now = deps.clock.now();
    const user = await deps.accounts.setActive(tx, id, isActive, now);
    await deps.codes.voidAll(tx, id);
    const act = { accountId: id, at: now, actor };
    if (isActive) {
      await deps.record(tx, { ...act, action: "reactivated" });
    } else {
      const { length: sessionCount } = await deps.sessions.endAll(tx, id, null);
      await deps.record(tx, { ...act, action: "deactivated", sessionCount });
    }
    return user;
  });
}

/**
 * Changes the account with this phone number in a transaction, which locks it. `change` gets the account, and whether it
 * is the last active superuser.
 * These transactions wait for each other, so that one of two superusers who deactivate each other remains.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, SUPERUSER_REQUIRED as `lockAccount` does, and what `change` throws.
 */
export async function changeAccount(
  deps: ChangeAccountDeps,
  { phone: rawPhone, actor }: { phone: string; actor: Actor },
  change: (tx: Tx, account: Credentials, isLastSuperuser: boolean) => Promise<Account | null>,
): Promise<Account> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  return deps.database.transaction(async (tx) => {
    const { account, superusers } = await lockAccount(deps, tx, { phone, actor });
    if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
    const isLastSuperuser = superusers.length === 1 && superusers[0] === account.user.id;
    const changed = await change(tx, account, isLastSuperuser);
    if (!changed) throw new DomainError("ACCOUNT_NOT_FOUND");
    return changed;
  });
}
