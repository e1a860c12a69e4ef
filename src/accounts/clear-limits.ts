import type { Actor } from "../audit/act.js";
import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { guessPlace } from "../guessing/guess.js";
import type { GuessStore } from "../guessing/guess-store.js";
import type { ActivationAttemptStore } from "../registrations/activation-attempt-store.js";
import type { CurrentPasswordStore } from "../sessions/current-password-store.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";
import { type LockAccountDeps, lockAccount } from "./lock-account.js";

export interface ClearLimitsDeps extends LockAccountDeps {
  database: Database;
  smsQuota: SmsQuotaStore;
  activationAttempts: ActivationAttemptStore;
  guesses: GuessStore;
  currentPasswords: CurrentPasswordStore;
  clock: Clock;
  phoneRules: PhoneRules;
  record: RecordActs;
  /** The key of the counts of wrong passwords (CODE_SECRET). */
  codeKey: Uint8Array;
  /** Starts the phone changes that an account may ask for anew. Returns how many it had asked for. */
  clearPhoneChangeRequests(tx: Tx, userId: number): Promise<number>;
  /**
   * Starts the rate limits that count the number anew, at every address. Resolves with whether that holds for all
   * processes; never rejects.
   */
  clearRateLimits(phone: string): Promise<boolean>;
}

export interface ClearLimitsInput {
  phone: string;
  /** Why; recorded with the act. */
  reason: string;
  actor: Actor;
}

/**
 * Starts the quotas of a phone number anew, whether or not it has an account: codes that may be sent to it, attempts at
 * its activation codes, wrong passwords, and phone changes that its account may ask for, in 24 hours; wrong current
 * passwords of its account's sessions; and the rate limits that count the number (ResendCode, Activate). Codes that were
 * sent work as before, with the attempts that they have left, and so do the links that stop or undo a phone change. Rate
 * limits of addresses stay. Recorded in the history of the number's account, unless only rate limits were to be cleared.
 *
 * Returns whether the rate limits are cleared for all processes. False if they are counted in memory, or Redis doesn't
 * work: then only those of this process are.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH; ADMIN_REQUIRED or SUPERUSER_REQUIRED as `lockAccount` does.
 */
export async function clearLimits(deps: ClearLimitsDeps, input: ClearLimitsInput): Promise<boolean> {
  const { reason, actor } = input;
  const phone = parsePhone(deps.phoneRules, input.phone);
  await deps.database.transaction(async (tx) => {
    await deps.smsQuota.lock(tx, phone);
    const { account } = await lockAccount(deps, tx, { phone, actor });
    const sends = await deps.smsQuota.clear(tx, phone);
    const attempts = await deps.activationAttempts.clear(tx, phone);
    // The bucket of a number doesn't depend on the address.
    const { bucket } = guessPlace(deps.codeKey, phone, "");
    const guesses = await deps.guesses.clear(tx, { bucket, userId: account?.user.id ?? null });
    if (!account) return;
    const accountId = account.user.id;
    const passwords = await deps.currentPasswords.clear(tx, accountId);
    const changes = await deps.clearPhoneChangeRequests(tx, accountId);
    if (sends + attempts + guesses + passwords + changes === 0) return;
    const act = { accountId, at: deps.clock.now(), actor };
    await deps.record(tx, { ...act, action: "limits_cleared", reason });
  });
  // After the commit, because it calls Redis. A Redis that is down doesn't fail the act.
  return deps.clearRateLimits(phone);
}
