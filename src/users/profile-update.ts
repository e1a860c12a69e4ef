import type { Actor } from "../audit/act.js";
import type { RecordActs } from "../audit/record.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
import { checkNames, optionalText } from "./personal-text.js";
import type { User } from "./user.js";
import type { ProfileChanges, UserStore } from "./user-store.js";

/** The fields of a profile, with their .proto names. */
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

export interface ProfileUpdate {
  /** The fields to change; the others keep their values. */
  fields: readonly ProfileField[];
  values: ProfileValues;
}

export interface ChangeProfileDeps {
  users: UserStore;
  record: RecordActs;
  clock: Clock;
}

/** Throws INVALID_REQUEST that names every name which the update would make empty or too long. */
export function checkProfile({ fields, values }: ProfileUpdate): void {
  const names = fields.filter((field) => field === "first_name" || field === "last_name");
  checkNames(names.map((field) => ({ field: `profile.${field}`, text: values[field] })));
}

/**
 * Changes the given fields of an account that `tx` has locked, after `checkProfile`, and returns the account; null if it
 * no longer exists. Records the names of the fields whose values differ from before, if there are any. Comes last in `tx`.
 *
 * Throws EMAIL_TAKEN when another account has the address (case-insensitive).
 */
export async function changeProfile(
  deps: ChangeProfileDeps,
  tx: Tx,
  { account, actor, fields, values }: ProfileUpdate & { account: User; actor: Actor },
): Promise<User | null> {
  const changes: ProfileChanges = Object.assign({}, ...fields.map((field) => toChange(field, values)));
  if (changes.email && !(await deps.users.claimEmail(tx, changes.email, account.id))) {
    throw new DomainError("EMAIL_TAKEN", { field: "profile.email" });
  }
  const changed = changedFields(account, { fields, values });
  if (changed.length === 0) return account;
  const after = await deps.users.updateProfile(tx, account.id, changes);
  const act = { accountId: account.id, at: deps.clock.now(), actor };
  await deps.record(tx, { ...act, action: "profile_changed", fields: changed });
  return after;
}

/** The fields whose new value is another than the account has. */
export function changedFields(account: User, { fields, values }: ProfileUpdate): readonly ProfileField[] {
  const differs = (field: ProfileField) =>
    Object.entries(toChange(field, values)).some(([key, value]) => account[key as keyof User] !== value);
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
