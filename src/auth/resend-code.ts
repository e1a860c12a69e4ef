import type { Challenge } from "../challenge.js";
import { DomainError } from "../errors.js";
import type { MeantRegistration } from "../registrations/activation-store.js";
import {
  type FindRegistrationDeps,
  findRegistration,
  type RegistrationCaller,
  readClaim,
} from "../registrations/find-registration.js";
import {
  deliverActivationCode,
  issueActivationCode,
  type SendActivationCodeDeps,
} from "../registrations/send-activation-code.js";
import type { Background } from "../system/background.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import { constantChallenge } from "../verification/challenge.js";

export interface ResendCodeDeps extends FindRegistrationDeps, SendActivationCodeDeps {
  background: Background;
  phoneRules: PhoneRules;
}

export interface ResendCodeInput extends RegistrationCaller {
  phone: string;
}

/**
 * Sends a new activation code for the registration that the caller means. The two codes before it work until they
 * expire, unless the attempts at them are used up. Without such a registration, and for a deactivated account, it sends
 * nothing and succeeds all the same. Callers whom neither secret nor address names get the constant challenge at once,
 * whether or not a code is sent.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, INVALID_REQUEST or ALREADY_ACTIVE; for callers who are named also
 * RATE_LIMITED (the number's SMS quota) or SMS_UNAVAILABLE, after which codes that were not locked work as before.
 */
export async function resendCode(deps: ResendCodeDeps, input: ResendCodeInput): Promise<Challenge> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const { account, registration } = await findRegistration(deps, phone, readClaim(deps, input));
  if (account === "active") throw new DomainError("ALREADY_ACTIVE");
  const constant = constantChallenge(deps.clock.now());
  if (account !== "none" || !registration) return constant;
  const { callerAddress } = input;
  const request = { registration, callerAddress };
  if (registration.isNamed) return (await sendCode(deps, phone, request)) ?? constant;
  // In the background, so that neither the duration nor a failure tells strangers that a registration waits.
  deps.background.run(async () => void (await sendCode(deps, phone, request)));
  return constant;
}

/** Returns the true challenge; null if the registration has gone meanwhile. */
async function sendCode(
  deps: ResendCodeDeps,
  phone: string,
  caller: { registration: MeantRegistration; callerAddress: string },
): Promise<Challenge | null> {
  const issued = await deps.database.transaction(async (tx) => {
    await deps.smsQuota.lock(tx, phone);
    return issueActivationCode(deps, tx, { phone, ...caller });
  });
  if (!issued) return null;
  await deliverActivationCode(deps, issued);
  return issued.challenge;
}
