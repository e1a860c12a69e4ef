import type { UserRow } from "../db/models/user.js";
import type { User } from "./user.js";

/** The columns of `users` that a User is built from. */
export const USER_ATTRIBUTES = [
  "id",
  "phone",
  "first_name",
  "last_name",
  "email",
  "address",
  "apartment_name",
  "date_joined",
  "last_login",
  "is_active",
  "is_staff",
  "is_superuser",
] as const satisfies (keyof UserRow)[];

export type UserAttributes = Pick<UserRow, (typeof USER_ATTRIBUTES)[number]>;

/** The same columns for SELECT and RETURNING, of the table or alias `users`. */
export const USER_COLUMNS = USER_ATTRIBUTES.map((column) => `users.${column}`).join(", ");

/** The condition for rows that are accounts: an older version also kept registrations in `users`. */
export const IS_ACCOUNT = "(users.is_active OR users.deactivated_at IS NOT NULL)";

export function toUser(row: UserAttributes): User {
  return {
    id: row.id,
    phone: row.phone,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    address: row.address,
    apartmentName: row.apartment_name,
    dateJoined: row.date_joined,
    lastLogin: row.last_login,
    isActive: row.is_active,
    isStaff: row.is_staff,
    isSuperuser: row.is_superuser,
  };
}
