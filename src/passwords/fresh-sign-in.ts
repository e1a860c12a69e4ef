import { DomainError } from "../errors.js";
import type { UserStore } from "../users/user-store.js";
import type { PasswordHasher } from "./password-hash.js";

export interface FreshSignInDeps {
  users: UserStore;
  hasher: PasswordHasher;
  /** Time (s) after a sign-in in which its session needs no current password. */
  reauthenticationWindowSeconds: number;
}

/** What shows that a signed-in caller knows the password of the account. */
export interface SignInProof {
  userId: number;
  /** Time (s) since the session of the call signed in. */
  sessionAgeSeconds: number;
  /** Empty: none was given. */
  currentPassword: string;
}

/**
 * Resolves if the caller gave the current password, or none and the session has just signed in. An access token alone,
 * which somebody may have stolen, is not enough.
 *
 * Throws REAUTHENTICATION_REQUIRED; CURRENT_PASSWORD_INCORRECT for a wrong password in any session; OVERLOADED; or
 * UNAUTHENTICATED if the account is no longer active.
 */
export async function requireFreshSignIn(deps: FreshSignInDeps, proof: SignInProof): Promise<void> {
  if (proof.currentPassword === "") {
    if (proof.sessionAgeSeconds < deps.reauthenticationWindowSeconds) return;
    throw new DomainError("REAUTHENTICATION_REQUIRED");
  }
  const account = await deps.users.findById(null, proof.userId);
  if (!account?.user.isActive) throw new DomainError("UNAUTHENTICATED");
  const { ok } = await deps.hasher.verify(account.passwordHash, proof.currentPassword);
  if (!ok) throw new DomainError("CURRENT_PASSWORD_INCORRECT");
}
