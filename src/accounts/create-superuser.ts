import { DomainError } from "../errors.js";
import type { PasswordHasher } from "../passwords/password-hash.js";
import { checkPassword, normalisePassword, type PasswordRules } from "../passwords/password-policy.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import type { Clock } from "../system/clock.js";
import { personalNames } from "../users/personal-text.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";

export interface CreateSuperuserDeps {
  users: UserStore;
  registrations: RegistrationStore;
  hasher: PasswordHasher;
  clock: Clock;
  phoneRules: PhoneRules;
  passwordRules: PasswordRules;
}

export interface CreateSuperuserInput {
  phone: string;
  firstName: string;
  lastName: string;
  password: string;
}

/**
 * Creates an active account with all rights. The whitelist does not apply, because this needs access to the database.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, INVALID_REQUEST, PASSWORD_REJECTED or PHONE_TAKEN.
 */
export async function createSuperuser(deps: CreateSuperuserDeps, input: CreateSuperuserInput): Promise<User> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const { firstName, lastName } = personalNames(input);
  const password = normalisePassword(input.password);
  checkPassword(deps.passwordRules, password, { phone, firstName, lastName, email: null });
  if (await deps.registrations.isPhoneTaken(null, phone)) throw new DomainError("PHONE_TAKEN");
  const user = await deps.users.create(null, {
    phone,
    firstName,
    lastName,
    email: null,
    address: null,
    apartmentName: null,
    passwordHash: await deps.hasher.hash(password),
    dateJoined: deps.clock.now(),
    isActive: true,
    isStaff: true,
    isSuperuser: true,
  });
  await deps.registrations.removeAll(null, phone);
  return user;
}
