import type { Challenge } from "../challenge.js";
import { DomainError } from "../errors.js";
import { isAdmin, type User } from "../users/user.js";
import { type SendOperationCodeDeps, sendOperationCode } from "../verification/send-operation-code.js";

export type RequestSecondFactorDeps = SendOperationCodeDeps;

export interface RequestSecondFactorInput {
  /** The caller. */
  user: User;
  sessionId: string;
  /** The caller's IP address. */
  callerAddress: string;
}

/**
 * Sends a code to the administrator's own number, for the second step of the sign-in, and returns the true challenge.
 *
 * Throws ADMIN_REQUIRED for other users, UNAUTHENTICATED (the session is over, or the number has changed), RATE_LIMITED
 * (the number's SMS quota, with the true challenge) or SMS_UNAVAILABLE.
 */
export async function requestSecondFactor(
  deps: RequestSecondFactorDeps,
  { user, sessionId, callerAddress }: RequestSecondFactorInput,
): Promise<Challenge> {
  if (!isAdmin(user)) throw new DomainError("ADMIN_REQUIRED");
  const recipient = { userId: user.id, sessionId, purpose: "second_factor", phone: user.phone } as const;
  const challenge = await sendOperationCode(deps, { ...recipient, phoneField: null, callerAddress });
  if (!challenge) throw new DomainError("UNAUTHENTICATED");
  return challenge;
}
