import { DomainError, type Reason } from "../errors.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import { isCorrectCode } from "../verification/code.js";
import type { ActivationAttempt, ActivationStore } from "./activation-store.js";

export interface ActivateDeps {
  activations: ActivationStore;
  users: UserStore;
  clock: Clock;
  phoneRules: PhoneRules;
  codeKey: Uint8Array;
}

export interface ActivateInput {
  phone: string;
  code: string;
}

/**
 * Activates the number's account if the code is right. Every try at a live code counts, and five kill it.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, CODE_INCORRECT, CODE_EXPIRED, CODE_LOCKED or ALREADY_ACTIVE.
 */
export async function activate(deps: ActivateDeps, input: ActivateInput): Promise<User> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const attempt = await deps.activations.countAttempt(null, phone, deps.clock.now());
  if (attempt.kind !== "counted") throw new DomainError(await refusal(deps, phone, attempt.kind));

  if (!isCorrectCode(deps.codeKey, attempt.binding, attempt.codeDigest, input.code)) {
    throw new DomainError("CODE_INCORRECT");
  }
  const user = await deps.activations.activate(null, attempt.binding);
  if (!user) throw new DomainError("ALREADY_ACTIVE");
  return user;
}

/** Why a try was not counted. */
async function refusal(
  deps: ActivateDeps,
  phone: string,
  kind: Exclude<ActivationAttempt["kind"], "counted">,
): Promise<Reason> {
  if (kind === "unknown") return "CODE_INCORRECT";
  if (kind === "active") return "ALREADY_ACTIVE";
  // The code may just have been spent by another call with it: who taps twice has not locked anything.
  const account = await deps.users.findByPhone(null, phone);
  if (account?.user.isActive) return "ALREADY_ACTIVE";
  return kind === "expired" ? "CODE_EXPIRED" : "CODE_LOCKED";
}
