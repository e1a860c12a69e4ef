import type { Challenge } from "../challenge.js";
import { addSeconds, type Clock } from "../system/clock.js";
import { constantChallenge, trueChallenge } from "../verification/challenge.js";
import { QUOTA_SECONDS } from "../verification/sms-quota.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";
import type { MeantRegistration } from "./activation-store.js";

interface ActivationChallengeDeps {
  smsQuota: SmsQuotaStore;
  clock: Clock;
}

/**
 * How a caller goes on who means `registration`: the true challenge if the caller's secret or address names it, and the
 * constant one otherwise (contract.md, section 3).
 */
export async function activationChallenge(
  deps: ActivationChallengeDeps,
  phone: string,
  registration: MeantRegistration | null,
): Promise<Challenge> {
  const now = deps.clock.now();
  if (!registration?.isNamed) return constantChallenge(now);
  const sends = await deps.smsQuota.recent(null, phone, addSeconds(now, -QUOTA_SECONDS));
  return trueChallenge({ purpose: "activation", sends, ...registration }, now);
}
