import type { Challenge } from "../challenge.js";
import { overloaded } from "../errors.js";
import type { GuessStore } from "../guessing/guess-store.js";
import {
  type ReplacePasswordDeps,
  type ReplacePasswordInput,
  replacePassword,
} from "../passwords/replace-password.js";
import type { Background } from "../system/background.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { UserStore } from "../users/user-store.js";
import { constantChallenge } from "../verification/challenge.js";
import { type SendLinkDeps, sendLink } from "../verification/send-link.js";

export interface RequestPasswordResetDeps extends SendLinkDeps {
  users: UserStore;
  guesses: GuessStore;
  background: Background;
  phoneRules: PhoneRules;
}

/**
 * Sends a code and a link to the number if an active account has it. Lookup, SMS quota and sending run in the
 * background after the response, which is therefore the same for every number, with the constant challenge.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or OVERLOADED.
 */
export function requestPasswordReset(
  deps: RequestPasswordResetDeps,
  input: { phone: string; callerAddress: string },
): Challenge {
  const phone = parsePhone(deps.phoneRules, input.phone);
  if (!deps.background.run(() => sendResetLink(deps, phone, input.callerAddress))) throw overloaded(1);
  return constantChallenge(deps.clock.now());
}

async function sendResetLink(
  deps: RequestPasswordResetDeps,
  phone: string,
  callerAddress: string,
): Promise<void> {
  const account = await deps.users.findByPhone(null, phone);
  if (!account?.user.isActive) return;
  const { id: userId } = account.user;
  const isKnownAddress = await deps.guesses.knows(null, userId, callerAddress, deps.clock.now());
  const purpose = "password_reset";
  await sendLink(deps, { userId, purpose, phone, phoneField: null, callerAddress, isKnownAddress });
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
