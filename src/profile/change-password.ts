import type { Challenge } from "../challenge.js";
import { DomainError } from "../errors.js";
import type { PasswordHasher } from "../passwords/password-hash.js";
import {
  type ReplacePasswordDeps,
  type ReplacePasswordInput,
  replacePassword,
} from "../passwords/replace-password.js";
import type { UserStore } from "../users/user-store.js";
import { type SendLinkDeps, sendLink } from "../verification/send-link.js";

export interface RequestPasswordChangeDeps extends SendLinkDeps {
  users: UserStore;
  hasher: PasswordHasher;
}

/**
 * Sends a code and a link to the caller's own number if the current password is correct, and returns the true challenge.
 *
 * Throws CURRENT_PASSWORD_INCORRECT, RATE_LIMITED (the number's SMS quota, with the true challenge), SMS_UNAVAILABLE or
 * OVERLOADED.
 */
export async function requestPasswordChange(
  deps: RequestPasswordChangeDeps,
  input: { userId: number; sessionId: string; currentPassword: string; callerAddress: string },
): Promise<Challenge> {
  const account = await deps.users.findById(null, input.userId);
  if (!account?.user.isActive) throw new DomainError("UNAUTHENTICATED");
  const { ok } = await deps.hasher.verify(account.passwordHash, input.currentPassword);
  if (!ok) throw new DomainError("CURRENT_PASSWORD_INCORRECT");

  const { userId, sessionId, callerAddress } = input;
  const { phone } = account.user;
  const recipient = { userId, sessionId, purpose: "password_change", phone } as const;
  const challenge = await sendLink(deps, { ...recipient, phoneField: null, callerAddress });
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
