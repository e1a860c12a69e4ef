import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import {
  type ChangeProfileDeps,
  changeProfile,
  checkProfile,
  type ProfileUpdate,
} from "../users/profile-update.js";
import type { User } from "../users/user.js";

export interface UpdateProfileDeps extends ChangeProfileDeps {
  database: Database;
}

export interface UpdateProfileInput extends ProfileUpdate {
  userId: number;
}

/**
 * Changes the given fields of the caller's account, all or none, and returns the account. Records the names of the
 * fields whose values differ from before, if there are any.
 *
 * Throws INVALID_REQUEST for an empty name, EMAIL_TAKEN when another account has the address (case-insensitive), or
 * UNAUTHENTICATED when the account is no longer active, or leaving.
 */
export async function updateProfile(
  deps: UpdateProfileDeps,
  { userId, ...update }: UpdateProfileInput,
): Promise<User> {
  checkProfile(update);
  const user = await deps.database.transaction(async (tx) => {
    const account = await deps.users.lock(tx, { id: userId });
    if (!account?.user.isActive || account.deletionAt) return null;
    return changeProfile(deps, tx, { ...update, account: account.user, actor: { kind: "owner" } });
  });
  if (!user) throw new DomainError("UNAUTHENTICATED");
  return user;
}
