import type { Actor } from "../audit/act.js";
import type { HistoryStore } from "../audit/history-store.js";
import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError, invalidField } from "../errors.js";
import type { ActivationAttemptStore } from "../registrations/activation-attempt-store.js";
import { waitingSince } from "../registrations/find-registration.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import type { DeletionStore } from "../users/deletion-store.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";
import { namesAccount } from "./account-values.js";
import { type LockAccountDeps, lockAccount } from "./lock-account.js";

export interface EraseAccountDeps extends LockAccountDeps {
  database: Database;
  deletions: DeletionStore;
  sessions: SessionStore;
  registrations: RegistrationStore;
  activationAttempts: ActivationAttemptStore;
  smsQuota: SmsQuotaStore;
  history: HistoryStore;
  clock: Clock;
  phoneRules: PhoneRules;
  record: RecordActs;
  /** Throws RATE_LIMITED while the account's last phone change can be undone. */
  assertNumberSettled(tx: Tx, userId: number): Promise<void>;
  /** Locks the whitelist's entries of numbers, as `forgetWhitelisted` does. */
  lockWhitelisted(tx: Tx, phones: readonly string[]): Promise<void>;
  /**
   * Removes numbers from the whitelist and its history, and the name and number of the administrator that the account was
   * from the latter; of many changes the job `forget_actors` clears the rest.
   */
  forgetWhitelisted(tx: Tx, person: { accountId: number; phones: readonly string[] }): Promise<void>;
}

/** Who erases an account, and why; recorded with the act. */
interface Erasure {
  actor: Actor;
  reason: string | null;
}

/**
 * Erases the account with this phone number. Nothing that it ever had stays in the database, except ids, names of fields
 * and keyed digests in its history, which stays verifiable. The number is free, and no longer on the whitelist.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, LAST_SUPERUSER, RATE_LIMITED (a phone change that
 * can still be undone), INVALID_REQUEST for a reason that names the account; or SUPERUSER_REQUIRED for an administrator who
 * is no active superuser.
 */
export async function eraseAccount(
  deps: EraseAccountDeps,
  { phone: rawPhone, ...erasure }: { phone: string; reason: string; actor: Actor },
): Promise<void> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  await deps.database.transaction(async (tx) => {
    if (!(await erase(deps, tx, phone, erasure))) throw new DomainError("ACCOUNT_NOT_FOUND");
  });
}

/**
 * Erases an account whose time has come. Does nothing, and returns false, if it is gone or its owner has signed in meanwhile.
 *
 * Throws RATE_LIMITED for a phone change that can still be undone.
 */
export async function eraseLeaving(
  deps: EraseAccountDeps,
  { id, phone }: { id: number; phone: string },
): Promise<boolean> {
  const isMeant = async (tx: Tx, accountId: number) => accountId === id && deps.deletions.isDue(tx, id);
  return deps.database.transaction((tx) =>
    erase(deps, tx, phone, { actor: { kind: "system" }, reason: null }, isMeant),
  );
}

/** False if the number has no account, or not one that is meant. */
async function erase(
  deps: EraseAccountDeps,
  tx: Tx,
  phone: string,
  { actor, reason }: Erasure,
  isMeant: (tx: Tx, accountId: number) => Promise<boolean> = async () => true,
): Promise<boolean> {
  await lockNumbers(deps, tx, phone);
  const { account, isLastSuperuser } = await lockAccount(deps, tx, { phone, actor, needsSuperuser: true });
  if (!account || !(await isMeant(tx, account.user.id))) return false;
  const { user } = account;
  if (isLastSuperuser) throw new DomainError("LAST_SUPERUSER");
  await deps.assertNumberSettled(tx, user.id);
  const phones = await deps.deletions.phones(tx, user.id);
  const { firstName, lastName, email, address, apartmentName } = user;
  if (reason && namesAccount(reason, { phones, firstName, lastName, email, address, apartmentName })) {
    throw invalidField("reason", (m) => m.reasonNamesAccount);
  }

  const { length: sessionCount } = await deps.sessions.endAll(tx, user.id, null);
  await deps.deletions.remove(tx, user.id);
  await forgetNumbers(deps, tx, user.id, { current: user.phone, phones });
  await deps.history.deleteValues(tx, user.id);
  const act = { accountId: user.id, at: deps.clock.now(), actor, reason };
  await deps.record(tx, { ...act, action: "erased", sessionCount });
  return true;
}

/**
 * Locks the numbers of the account, so that no code that is being sent to one of them leaves a row behind; and their entries
 * of the whitelist, so that an import that has changed one is awaited before the superusers are locked, for whom all acts of
 * administrators wait.
 */
async function lockNumbers(deps: EraseAccountDeps, tx: Tx, phone: string): Promise<void> {
  const account = await deps.users.findByPhone(tx, phone);
  const phones = account ? await deps.deletions.phones(tx, account.user.id) : [];
  for (const number of phones) await deps.smsQuota.lock(tx, number);
  await deps.lockWhitelisted(tx, phones);
}

/**
 * Deletes what there is of the account's numbers, except of those that meanwhile are another account's. A registration that
 * waits for a former one goes on, and what was sent for it counts. It keeps nothing of the whitelist: anybody may have made
 * it, and it needs none any more.
 */
async function forgetNumbers(
  deps: EraseAccountDeps,
  tx: Tx,
  accountId: number,
  { current, phones }: { current: string; phones: readonly string[] },
): Promise<void> {
  const former = phones.filter((phone) => phone !== current);
  const since = waitingSince(deps.clock.now());
  const own = await deps.deletions.onlyOf(tx, accountId, former, since);
  const gone = [{ phone: current, isAwaited: false }, ...own];
  for (const { phone, isAwaited } of gone) {
    if (isAwaited) continue;
    await deps.registrations.forget(tx, phone);
    await deps.activationAttempts.clear(tx, phone);
    await deps.smsQuota.clear(tx, phone);
  }
  await deps.forgetWhitelisted(tx, { accountId, phones: gone.map(({ phone }) => phone) });
}
