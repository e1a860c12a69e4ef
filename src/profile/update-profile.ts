import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
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
  record: RecordActs;
  clock: Clock;
}

export interface UpdateProfileInput {
  userId: number;
  /** The fields to change; the others keep their values. */
  fields: readonly ProfileField[];
  values: ProfileValues;
}

/**
 * Changes the given fields of the caller's account, all or none, and returns the account. Records the names of the
 * fields whose values differ from before, if there are any.
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
    const before = await deps.users.lock(tx, { id: userId });
    if (!before?.user.isActive) return null;
    if (changes.email && !(await deps.users.claimEmail(tx, changes.email, userId))) {
      throw new DomainError("EMAIL_TAKEN", { field: "profile.email" });
    }
    const changed = changedFields(before.user, fields, values);
    if (changed.length === 0) return before.user;
    const after = await deps.users.updateProfile(tx, userId, changes);
    await deps.record(tx, {
      accountId: userId,
      at: deps.clock.now(),
      actor: { kind: "owner" },
      action: "profile_changed",
      fields: changed,
    });
    return after;
  });
  if (!user) throw new DomainError("UNAUTHENTICATED");
  return user;
}

/** The fields whose new value is another than the account has. */
function changedFields(
  user: User,
  fields: readonly ProfileField[],
  values: ProfileValues,
): readonly ProfileField[] {
  const differs = (field: ProfileField) =>
    Object.entries(toChange(field, values)).some(([key, value]) => user[key as keyof User] !== value);
  return PROFILE_FIELDS.filter((field) => fields.includes(field) && differs(field));
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
