import type { Challenge } from "../challenge.js";
import { networkKey } from "../system/address-key.js";
import { addSeconds, type Clock } from "../system/clock.js";
import { constantChallenge, trueChallenge } from "../verification/challenge.js";
import { QUOTA_SECONDS, type SendRequest } from "../verification/sms-quota.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";
import type { MeantRegistration } from "./activation-store.js";
import type { RegistrationClaim } from "./registration.js";

interface ActivationChallengeDeps {
  smsQuota: SmsQuotaStore;
  clock: Clock;
}

/** An activation code that a caller asks for, as the sending quotas see it: its number has no account. */
export function activationRequest(callerAddress: string): SendRequest {
  return { purpose: "activation", network: networkKey(callerAddress), reserve: "first_send" };
}

/**
 * How a caller goes on who means `registration`: the true challenge if the caller's secret or address names it, and the
 * constant one otherwise (contract.md, section 3).
 */
export async function activationChallenge(
  deps: ActivationChallengeDeps,
  phone: string,
  registration: MeantRegistration | null,
  { address }: Pick<RegistrationClaim, "address">,
): Promise<Challenge> {
  const now = deps.clock.now();
  if (!registration?.isNamed) return constantChallenge(now);
  const sends = await deps.smsQuota.recent(null, phone, addSeconds(now, -QUOTA_SECONDS));
  return trueChallenge({ request: activationRequest(address), sends, ...registration }, now);
}
