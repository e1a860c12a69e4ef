import type { GuessStore } from "../guessing/guess-store.js";
import type { PhoneChangeStore } from "../profile/phone-change-store.js";
import type { ActivationAttemptStore } from "../registrations/activation-attempt-store.js";
import { REGISTRATION_TTL_SECONDS } from "../registrations/registration.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import type { ServiceStore } from "../services/service-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { SigningKeyStore } from "../signing-keys/signing-key-store.js";
import type { SmsBudgetStore } from "../sms/sms-budget-store.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { CodeStore } from "../verification/code-store.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";

export interface DeleteExpiredDeps {
  codes: CodeStore;
  registrations: RegistrationStore;
  activationAttempts: ActivationAttemptStore;
  phoneChanges: PhoneChangeStore;
  smsQuota: SmsQuotaStore;
  guesses: GuessStore;
  smsCounts: SmsBudgetStore;
  sessions: SessionStore;
  signingKeys: SigningKeyStore;
  services: ServiceStore;
  clock: Clock;
}

/** Rows are deleted this long after they expired or were sent; the longest that any rule needs them is a day. */
const RETENTION_SECONDS = 2 * 86_400;
/** Time (s) for which keys are kept that are over or revoked: `keys list` shows them, and their tokens count as expired. */
const KEY_RETENTION_SECONDS = 30 * 86_400;

/** Deletes rows of one table, at most a batch; true if there may be more. */
type DeleteBatch = () => Promise<boolean>;

/**
 * Deletes what is no longer needed, a batch at a time, as long as `mayGoOn`. Any number of processes may do so at the same
 * time.
 */
export async function deleteExpired(
  deps: DeleteExpiredDeps,
  mayGoOn: () => Promise<boolean> = async () => true,
): Promise<void> {
  const now = deps.clock.now();
  const before = addSeconds(now, -RETENTION_SECONDS);
  const batches: readonly DeleteBatch[] = [
    () => deps.registrations.purge(null, addSeconds(now, -REGISTRATION_TTL_SECONDS)),
    () => deps.activationAttempts.purge(null, before),
    () => deps.codes.purge(null, before),
    () => deps.phoneChanges.purge(null, RETENTION_SECONDS),
    () => deps.smsQuota.purge(null, before),
    () => deps.guesses.purge(null, now),
    () => deps.smsCounts.purge(null, before),
    () => deps.sessions.purge(null, RETENTION_SECONDS),
    () => deps.signingKeys.purge(null, KEY_RETENTION_SECONDS),
    () => deps.services.purgeAssertions(null, RETENTION_SECONDS),
  ];
  for (const deleteBatch of batches) {
    let hasMore = true;
    while (hasMore) {
      hasMore = await deleteBatch();
      if (!(await mayGoOn())) return;
    }
  }
}
