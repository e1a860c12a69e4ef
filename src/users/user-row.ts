import type { User } from "./user.js";

/** A row of `users`, with the column names of SQL. */
export interface UserRow {
  id: number;
  phone: string;
  first_name: string;
  last_name: string;
  email: string | null;
  address: string | null;
  apartment_name: string | null;
  date_joined: Date;
  last_login: Date | null;
  is_active: boolean;
  is_staff: boolean;
  is_superuser: boolean;
}

/** The columns of a UserRow for SELECT and RETURNING, qualified with the table name `users`. */
export const USER_COLUMNS = [
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
]
  .map((column) => `users.${column}`)
  .join(", ");

export function toUser(row: UserRow): User {
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
