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
 * Activates the account of the phone number if the code is correct. Every attempt at a live code counts; the code is
 * locked after five.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, CODE_INCORRECT, CODE_EXPIRED, CODE_LOCKED or ALREADY_ACTIVE.
 */
export async function activate(deps: ActivateDeps, input: ActivateInput): Promise<User> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const attempt = await deps.activations.countAttempt(null, phone, deps.clock.now());
  if (attempt.kind !== "counted") throw new DomainError(await rejectionReason(deps, phone, attempt.kind));

  if (!isCorrectCode(deps.codeKey, attempt.binding, attempt.codeDigest, input.code)) {
    throw new DomainError("CODE_INCORRECT");
  }
  const user = await deps.activations.activate(null, attempt.binding);
  if (!user) throw new DomainError("ALREADY_ACTIVE");
  return user;
}

/** The reason that an attempt was not counted. */
async function rejectionReason(
  deps: ActivateDeps,
  phone: string,
  kind: Exclude<ActivationAttempt["kind"], "counted">,
): Promise<Reason> {
  if (kind === "unknown") return "CODE_INCORRECT";
  if (kind === "active") return "ALREADY_ACTIVE";
  // A concurrent call may have just consumed the code: a double tap must not be reported as a locked or expired code.
  const account = await deps.users.findByPhone(null, phone);
  if (account?.user.isActive) return "ALREADY_ACTIVE";
  return kind === "expired" ? "CODE_EXPIRED" : "CODE_LOCKED";
}
