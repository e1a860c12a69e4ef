import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { Credentials } from "../users/user-store.js";
import { type AccountActor, type LockAccountDeps, lockAccount } from "./lock-account.js";

export interface ActOnAccountDeps extends LockAccountDeps {
  database: Database;
  clock: Clock;
  phoneRules: PhoneRules;
  record: RecordActs;
}

/**
 * Acts on the account with this phone number in a transaction, which locks it. `act` gets the account, and whether it is the
 * last active superuser; it resolves with null if the account no longer exists.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, ADMIN_REQUIRED and SUPERUSER_REQUIRED as
 * `lockAccount` does, and what `act` throws.
 */
export async function actOnAccount<T>(
  deps: ActOnAccountDeps,
  who: AccountActor,
  act: (tx: Tx, account: Credentials, isLastSuperuser: boolean) => Promise<T | null>,
): Promise<T> {
  const phone = parsePhone(deps.phoneRules, who.phone);
  return deps.database.transaction(async (tx) => {
    const { account, isLastSuperuser } = await lockAccount(deps, tx, { ...who, phone });
    const result = account && (await act(tx, account, isLastSuperuser));
    if (result === null) throw new DomainError("ACCOUNT_NOT_FOUND");
    return result;
  });
}
