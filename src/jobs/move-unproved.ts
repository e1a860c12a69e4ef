import type { RegistrationStore } from "../registrations/registration-store.js";
import { addSeconds, type Clock } from "../system/clock.js";

export interface MoveUnprovedDeps {
  registrations: RegistrationStore;
  clock: Clock;
}

/** Time (s) without a code after which an account that an older version left unproved becomes a registration. */
const UNPROVED_SECONDS = 3600;

/** Makes registrations of the accounts that older versions leave unproved, while these run beside this one. */
export async function moveUnproved({ registrations, clock }: MoveUnprovedDeps): Promise<void> {
  await registrations.moveAllUnproved(null, addSeconds(clock.now(), -UNPROVED_SECONDS));
}
