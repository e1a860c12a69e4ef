import type { Challenge } from "../challenge.js";
import { DomainError } from "../errors.js";
import {
  type ReplacePasswordDeps,
  type ReplacePasswordInput,
  replacePassword,
} from "../passwords/replace-password.js";
import {
  type VerifyCurrentPasswordDeps,
  verifyCurrentPassword,
} from "../passwords/verify-current-password.js";
import { type SendOperationCodeDeps, sendOperationCode } from "../verification/send-operation-code.js";

export type RequestPasswordChangeDeps = SendOperationCodeDeps & VerifyCurrentPasswordDeps;

/**
 * Sends a code and a link to the caller's own number if the current password is correct, and returns the true challenge.
 *
 * Throws CURRENT_PASSWORD_INCORRECT (the fifth in a row ends the session), RATE_LIMITED (the number's SMS quota, with the
 * true challenge), SMS_UNAVAILABLE or OVERLOADED.
 */
export async function requestPasswordChange(
  deps: RequestPasswordChangeDeps,
  input: { userId: number; sessionId: string; currentPassword: string; callerAddress: string },
): Promise<Challenge> {
  const { user } = await verifyCurrentPassword(deps, input);
  const { userId, sessionId, callerAddress } = input;
  const recipient = { userId, sessionId, purpose: "password_change", phone: user.phone } as const;
  const challenge = await sendOperationCode(deps, { ...recipient, phoneField: null, callerAddress });
  if (!challenge) throw new DomainError("UNAUTHENTICATED");
  return challenge;
}

/**
 * Sets the new password, with the link and code from the SMS, and ends every session except the caller's own.
 * Throws what `replacePassword` throws.
 */
export function confirmPasswordChange(
  deps: ReplacePasswordDeps,
  input: Omit<ReplacePasswordInput, "purpose">,
): Promise<void> {
  return replacePassword(deps, { ...input, purpose: "password_change" });
}
