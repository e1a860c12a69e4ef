import type { Actor } from "../audit/act.js";
import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { PasswordHasher } from "../passwords/password-hash.js";
import { checkPassword, normalisePassword, type PasswordRules } from "../passwords/password-policy.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import type { Clock } from "../system/clock.js";
import { personalNames } from "../users/personal-text.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { UserStore } from "../users/user-store.js";
import type { Account } from "./account.js";

export interface CreateSuperuserDeps {
  database: Database;
  users: UserStore;
  registrations: RegistrationStore;
  hasher: PasswordHasher;
  clock: Clock;
  phoneRules: PhoneRules;
  passwordRules: PasswordRules;
  record: RecordActs;
}

export interface CreateSuperuserInput {
  phone: string;
  firstName: string;
  lastName: string;
  password: string;
  actor: Actor;
}

/**
 * Creates an active account with all rights. The whitelist does not apply, because this needs access to the database.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, INVALID_REQUEST, PASSWORD_REJECTED or PHONE_TAKEN.
 */
export async function createSuperuser(
  deps: CreateSuperuserDeps,
  input: CreateSuperuserInput,
): Promise<Account> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const { firstName, lastName } = personalNames(input);
  const password = normalisePassword(input.password);
  checkPassword(deps.passwordRules, password, { phone, firstName, lastName, email: null });
  const passwordHash = await deps.hasher.hash(password);
  return deps.database.transaction(async (tx) => {
    const now = deps.clock.now();
    if (await deps.registrations.isPhoneTaken(tx, phone)) throw new DomainError("PHONE_TAKEN");
    const user = await deps.users.create(tx, {
      phone,
      firstName,
      lastName,
      email: null,
      address: null,
      apartmentName: null,
      passwordHash,
      dateJoined: now,
      isActive: true,
      isStaff: true,
      isSuperuser: true,
    });
    await deps.registrations.removeAll(tx, phone);
    const act = { accountId: user.id, at: now, actor: input.actor };
    await deps.record(tx, { ...act, action: "account_created", after: { role: "SUPERUSER" } });
    return { ...user, deletionAt: null };
  });
}
