import type { User } from "../../src/users/user.js";

/** Whom tests issue tokens to. */
export const tokenOwner: User = {
  id: 7,
  phone: "+237670000001",
  firstName: "John",
  lastName: "Doe",
  email: null,
  address: null,
  apartmentName: null,
  dateJoined: new Date(0),
  lastLogin: null,
  isActive: true,
  isStaff: false,
  isSuperuser: false,
};
