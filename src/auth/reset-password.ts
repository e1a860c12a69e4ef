import type { Challenge } from "../challenge.js";
import {
  type ReplacePasswordDeps,
  type ReplacePasswordInput,
  replacePassword,
} from "../passwords/replace-password.js";
import { type RequestLinkDeps, requestLink } from "../verification/request-link.js";

export type RequestPasswordResetDeps = RequestLinkDeps;

/**
 * Sends a code and a link to the number if an active account has it, as `requestLink` does.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or OVERLOADED.
 */
export function requestPasswordReset(
  deps: RequestPasswordResetDeps,
  input: { phone: string; callerAddress: string },
): Challenge {
  return requestLink(deps, { ...input, purpose: "password_reset" });
}

/**
 * Replaces a forgotten password, with the link and code from the SMS, and ends every session.
 * Throws what `replacePassword` throws.
 */
export function confirmPasswordReset(
  deps: ReplacePasswordDeps,
  input: Omit<ReplacePasswordInput, "purpose" | "session">,
): Promise<void> {
  return replacePassword(deps, { ...input, purpose: "password_reset", session: null });
}
