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

/** First and last name, separated by a space. */
export function fullName(user: Pick<User, "firstName" | "lastName">): string {
  return `${user.firstName} ${user.lastName}`.trim();
}

/** Whether the account may call methods declared ACCESS_ADMIN (contract.md, section 3). */
export function isAdmin(user: Pick<User, "isStaff" | "isSuperuser">): boolean {
  return user.isStaff || user.isSuperuser;
}
