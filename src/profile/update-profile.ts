import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import { checkNames, optionalText } from "../users/personal-text.js";
import type { User } from "../users/user.js";
import type { ProfileChanges, UserStore } from "../users/user-store.js";

/** The fields that a user may change, with their .proto names. */
export const PROFILE_FIELDS = ["first_name", "last_name", "email", "address", "apartment_name"] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** The new values; an optional field that is absent or empty is cleared. */
export interface ProfileValues {
  first_name: string;
  last_name: string;
  email: string | null;
  address: string | null;
  apartment_name: string | null;
}

export interface UpdateProfileDeps {
  database: Database;
  users: UserStore;
}

export interface UpdateProfileInput {
  userId: number;
  /** The fields to change; the others keep their values. */
  fields: readonly ProfileField[];
  values: ProfileValues;
}

/**
 * Changes the given fields of the caller's account, all or none, and returns the account.
 *
 * Throws INVALID_REQUEST for an empty name, EMAIL_TAKEN when another account has the address (case-insensitive), or
 * UNAUTHENTICATED when the account is no longer active.
 */
export async function updateProfile(
  deps: UpdateProfileDeps,
  { userId, fields, values }: UpdateProfileInput,
): Promise<User> {
  const names = fields.filter((field) => field === "first_name" || field === "last_name");
  checkNames(names.map((field) => ({ field: `profile.${field}`, text: values[field] })));
  const changes: ProfileChanges = {};
  for (const field of fields) Object.assign(changes, toChange(field, values));

  const user = await deps.database.transaction(async (tx) => {
    if (changes.email && !(await deps.users.claimEmail(tx, changes.email, userId))) {
      throw new DomainError("EMAIL_TAKEN", { field: "profile.email" });
    }
    return deps.users.updateProfile(tx, userId, changes);
  });
  if (!user) throw new DomainError("UNAUTHENTICATED");
  return user;
}

function toChange(field: ProfileField, values: ProfileValues): ProfileChanges {
  switch (field) {
    case "first_name":
      return { firstName: values[field].trim() };
    case "last_name":
      return { lastName: values[field].trim() };
    case "email":
      return { email: optionalText(values[field]) };
    case "address":
      return { address: optionalText(values[field]) };
    case "apartment_name":
      return { apartmentName: optionalText(values[field]) };
  }
}
