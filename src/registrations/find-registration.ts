import { invalidField } from "../errors.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { ActivationStore, MeantRegistration } from "./activation-store.js";
import type { AccountState } from "./meant-registrations.js";
import { claimOf, REGISTRATION_TTL_SECONDS, type RegistrationClaim } from "./registration.js";
import type { RegistrationStore } from "./registration-store.js";

export interface FindRegistrationDeps {
  registrations: RegistrationStore;
  activations: ActivationStore;
  clock: Clock;
  /** HMAC keys of the stored digests: each may be that of a registration. */
  codeKeys: readonly Uint8Array[];
  /** True: callers must carry the secret that names their registration. */
  activationNeedsRegistration: boolean;
}

/** What a call says about the registration that it means. */
export interface RegistrationCaller {
  /** The secret that Register returned; empty if the caller has none. */
  registration: string;
  /** The caller's IP address. */
  callerAddress: string;
}

/** The time since which registrations wait. */
export function waitingSince(now: Date): Date {
  return addSeconds(now, -REGISTRATION_TTL_SECONDS);
}

/** Reads what a call shows for its registration. Throws INVALID_REQUEST if a registration is demanded and missing. */
export function readClaim(
  deps: Pick<FindRegistrationDeps, "codeKeys" | "activationNeedsRegistration">,
  { registration, callerAddress }: RegistrationCaller,
): RegistrationClaim {
  const claim = claimOf(deps.codeKeys, { registration, address: callerAddress });
  if (deps.activationNeedsRegistration && !claim.tokenDigests) {
    throw invalidField("registration", (m) => m.fieldRequired);
  }
  return claim;
}

/** Finds the registration of `phone` that a call means, and the state of the number's account. */
export async function findRegistration(
  deps: Pick<FindRegistrationDeps, "registrations" | "activations" | "clock">,
  phone: string,
  claim: RegistrationClaim,
): Promise<{ account: AccountState; registration: MeantRegistration | null }> {
  const now = deps.clock.now();
  const caller = { phone, claim, now, since: waitingSince(now) };
  const found = await deps.activations.find(null, caller);
  if (found.account !== "unproved") return found;
  await deps.registrations.moveUnproved(null, phone);
  return deps.activations.find(null, caller);
}
