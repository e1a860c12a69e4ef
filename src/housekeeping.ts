import type { GuessStore } from "./guessing/guess-store.js";
import type { PhoneChangeStore } from "./profile/phone-change-store.js";
import type { ActivationAttemptStore } from "./registrations/activation-attempt-store.js";
import { REGISTRATION_TTL_SECONDS } from "./registrations/registration.js";
import type { RegistrationStore } from "./registrations/registration-store.js";
import type { ServiceStore } from "./services/service-store.js";
import type { SessionStore } from "./sessions/session-store.js";
import type { SigningKeyStore } from "./signing-keys/signing-key-store.js";
import type { SmsBudgetStore } from "./sms/sms-budget-store.js";
import { addSeconds, type Clock } from "./system/clock.js";
import type { CodeStore } from "./verification/code-store.js";
import type { SmsQuotaStore } from "./verification/sms-quota-store.js";

export interface HousekeepingDeps {
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
/** Time (s) without a code after which an account that an older version left unproved becomes a registration. */
const UNPROVED_SECONDS = 3600;
/** Time (s) for which keys are kept that are over or revoked: `keys list` shows them, and their tokens count as expired. */
const KEY_RETENTION_SECONDS = 30 * 86_400;
const INTERVAL_MS = 600_000;

/** Deletes what is no longer needed. Any number of processes may do so at the same time. */
export async function clearExpired(deps: HousekeepingDeps): Promise<void> {
  const {
    codes,
    registrations,
    activationAttempts,
    phoneChanges,
    smsQuota,
    smsCounts,
    guesses,
    sessions,
    signingKeys,
    services,
    clock,
  } = deps;
  const now = clock.now();
  const before = addSeconds(now, -RETENTION_SECONDS);
  await registrations.moveAllUnproved(null, addSeconds(now, -UNPROVED_SECONDS));
  await registrations.purge(null, addSeconds(now, -REGISTRATION_TTL_SECONDS));
  await activationAttempts.purge(null, before);
  await codes.purge(null, before);
  await phoneChanges.purge(null, RETENTION_SECONDS);
  await smsQuota.purge(null, before);
  await guesses.purge(null, now);
  await smsCounts.purge(null, before);
  await sessions.purge(null, RETENTION_SECONDS);
  await signingKeys.purge(null, KEY_RETENTION_SECONDS);
  await services.purgeAssertions(null, RETENTION_SECONDS);
}

/** Runs every ten minutes until the returned function is called. A failure is reported, and the next run retries. */
export function startHousekeeping(deps: HousekeepingDeps, onFailure: (error: unknown) => void): () => void {
  const timer = setInterval(() => void clearExpired(deps).catch(onFailure), INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
