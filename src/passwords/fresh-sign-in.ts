import { DomainError } from "../errors.js";
import { type VerifyCurrentPasswordDeps, verifyCurrentPassword } from "./verify-current-password.js";

export interface FreshSignInDeps extends VerifyCurrentPasswordDeps {
  /** Time (s) after a sign-in in which its session needs no current password. */
  reauthenticationWindowSeconds: number;
}

/** What shows that a signed-in caller knows the password of the account. */
export interface SignInProof {
  userId: number;
  sessionId: string;
  /** Time (s) since the session of the call signed in. */
  sessionAgeSeconds: number;
  /** Empty: none was given. */
  currentPassword: string;
}

/**
 * Resolves if the caller gave the current password, or none and the session has just signed in. An access token alone,
 * which somebody may have stolen, is not enough.
 *
 * Throws REAUTHENTICATION_REQUIRED, and for a given password what `verifyCurrentPassword` throws.
 */
export async function requireFreshSignIn(deps: FreshSignInDeps, proof: SignInProof): Promise<void> {
  if (proof.currentPassword !== "") await verifyCurrentPassword(deps, proof);
  else if (proof.sessionAgeSeconds >= deps.reauthenticationWindowSeconds) {
    throw new DomainError("REAUTHENTICATION_REQUIRED");
  }
}
