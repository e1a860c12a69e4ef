import type { Act } from "../audit/act.js";
import type { SealFirstActs } from "../audit/first-acts.js";
import { DomainError, type Reason, rateLimitedUntil } from "../errors.js";
import { KNOWN_SECONDS } from "../guessing/guess.js";
import {
  type ActivationAttempt,
  type ActivationAttemptStore,
  type ComparableCode,
  DAILY_ATTEMPTS,
} from "../registrations/activation-attempt-store.js";
import { activationChallenge } from "../registrations/activation-challenge.js";
import {
  type FindRegistrationDeps,
  findRegistration,
  type RegistrationCaller,
  readClaim,
  waitingSince,
} from "../registrations/find-registration.js";
import type { RegistrationClaim } from "../registrations/registration.js";
import { knownAddressKey } from "../system/address-key.js";
import { addSeconds } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { User } from "../users/user.js";
import { isCorrectCode } from "../verification/code.js";
import { QUOTA_SECONDS } from "../verification/sms-quota.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";

export interface ActivateDeps extends FindRegistrationDeps {
  activationAttempts: ActivationAttemptStore;
  smsQuota: SmsQuotaStore;
  phoneRules: PhoneRules;
  sealFirstActs: SealFirstActs;
  /** Reports an act that is committed. */
  actCommitted(act: Act): void;
}

export interface ActivateInput extends RegistrationCaller {
  phone: string;
  code: string;
}

/**
 * Makes an account of the registration that the caller means, if the code is one of its latest three. All registrations
 * of the number are gone then. Every attempt at live codes counts: callers who are named have five, and all others
 * share five.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, INVALID_REQUEST, ALREADY_ACTIVE, PHONE_TAKEN (the number is reserved
 * for the account that has just left it), and with the challenge of the caller CODE_INCORRECT (also when the caller means
 * no registration), CODE_EXPIRED, CODE_LOCKED, or RATE_LIMITED when the number has had its attempts of 24 hours.
 */
export async function activate(deps: ActivateDeps, input: ActivateInput): Promise<User> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const claim = readClaim(deps, input);
  const attempt = await countAttempt(deps, phone, claim);
  if (attempt.kind !== "counted") throw await refusal(deps, phone, claim, attempt);

  const code = attempt.codes.find(({ id, ownerId, codeDigest }) =>
    isCorrectCode(deps.codeKeys, { id, ownerId, purpose: "activation" }, codeDigest, input.code),
  );
  if (!code) throw await codeError(deps, phone, claim, "CODE_INCORRECT");
  const user = await createAccount(deps, { id: attempt.accountId, code, address: input.callerAddress });
  if (!user) throw await codeError(deps, phone, claim, "CODE_INCORRECT");
  return user;
}

/** Null for every caller but the first who proves the number. The account knows the address of that one. */
async function createAccount(
  deps: ActivateDeps,
  { id, code, address }: { id: number; code: ComparableCode; address: string },
): Promise<User | null> {
  const activatedAt = deps.clock.now();
  const user = await deps.activations.activate(null, {
    id,
    code,
    knownAddress: { caller: knownAddressKey(address), expiresAt: addSeconds(activatedAt, KNOWN_SECONDS) },
    acts: deps.sealFirstActs({ accountId: id, registeredAt: code.registeredAt, activatedAt }),
  });
  if (user) {
    const act = { accountId: id, actor: { kind: "owner" } } as const;
    deps.actCommitted({ ...act, action: "registered", at: code.registeredAt });
    deps.actCommitted({ ...act, action: "activated", at: activatedAt });
  }
  return user;
}

async function countAttempt(
  deps: ActivateDeps,
  phone: string,
  claim: RegistrationClaim,
): Promise<ActivationAttempt> {
  const now = deps.clock.now();
  const attempt = { phone, claim, now, since: waitingSince(now) };
  const counted = await deps.activationAttempts.count(null, attempt);
  if (counted.kind !== "account" || counted.account !== "unproved") return counted;
  await deps.registrations.moveUnproved(null, phone);
  return deps.activationAttempts.count(null, attempt);
}

/** The error of an attempt that was not counted, or not allowed. */
async function refusal(
  deps: ActivateDeps,
  phone: string,
  claim: RegistrationClaim,
  attempt: Exclude<ActivationAttempt, { kind: "counted" }>,
): Promise<DomainError> {
  switch (attempt.kind) {
    case "account":
      return attempt.account === "active"
        ? new DomainError("ALREADY_ACTIVE")
        : codeError(deps, phone, claim, "CODE_INCORRECT");
    case "unknown":
      return codeError(deps, phone, claim, "CODE_INCORRECT");
    case "expired":
      return codeError(deps, phone, claim, "CODE_EXPIRED");
    case "locked":
      return codeError(deps, phone, claim, "CODE_LOCKED");
    case "exhausted":
      return tooManyAttempts(deps, phone, claim, attempt);
  }
}

/** ALREADY_ACTIVE if a concurrent call has just activated the number (a double tap), otherwise `reason`. */
async function codeError(
  deps: ActivateDeps,
  phone: string,
  claim: RegistrationClaim,
  reason: Reason,
): Promise<DomainError> {
  const { account, registration } = await findRegistration(deps, phone, claim);
  if (account === "active") return new DomainError("ALREADY_ACTIVE");
  return new DomainError(reason, { challenge: await activationChallenge(deps, phone, registration, claim) });
}

async function tooManyAttempts(
  deps: ActivateDeps,
  phone: string,
  claim: RegistrationClaim,
  { isNamed, oldest }: Extract<ActivationAttempt, { kind: "exhausted" }>,
): Promise<DomainError> {
  const { registration } = await findRegistration(deps, phone, claim);
  const challenge = await activationChallenge(deps, phone, registration, claim);
  const limit = isNamed ? DAILY_ATTEMPTS.named : DAILY_ATTEMPTS.other;
  return rateLimitedUntil(addSeconds(oldest, QUOTA_SECONDS), { limit, now: deps.clock.now(), challenge });
}
