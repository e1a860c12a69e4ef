/** A customer's account. */
export interface User {
  id: number;
  /** International form: `+` and 9 to 15 digits. Unique. */
  phone: string;
  firstName: string;
  lastName: string;
  email: string | null;
  address: string | null;
  apartmentName: string | null;
  dateJoined: Date;
  lastLogin: Date | null;
  /** True from the verification of the phone number until the account is deactivated. */
  isActive: boolean;
  isStaff: boolean;
  isSuperuser: boolean;
}

/** No account has a greater id: the greatest value of PostgreSQL's type `integer`. */
export const MAX_USER_ID = 2_147_483_647;

/** First and last name, separated by a space. */
export function fullName(user: Pick<User, "firstName" | "lastName">): string {
  return `${user.firstName} ${user.lastName}`.trim();
}

/** Administrators' rights, as other services know them. */
export function rolesOf({ isStaff, isSuperuser }: Pick<User, "isStaff" | "isSuperuser">): string[] {
  return [...(isStaff ? ["staff"] : []), ...(isSuperuser ? ["superuser"] : [])];
}

/** Whether the account may call methods declared ACCESS_ADMIN (contract.md, section 3). */
export function isAdmin(user: Pick<User, "isStaff" | "isSuperuser">): boolean {
  return user.isStaff || user.isSuperuser;
}

/** Whether an account is the last of the active superusers. `superusers` are their ids. */
export function isLastSuperuser(superusers: readonly number[], id: number | undefined): boolean {
  return superusers.length === 1 && superusers[0] === id;
}
