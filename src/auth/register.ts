import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { PasswordHasher } from "../passwords/password-hash.js";
import {
  checkPassword,
  normalisePassword,
  type PasswordRules,
  requireSamePassword,
} from "../passwords/password-policy.js";
import type { SmsGateway } from "../sms/sms-gateway.js";
import { LoggableError } from "../system/loggable-error.js";
import { optionalText, personalNames } from "../users/personal-text.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { RegistrationStore } from "../users/registration-store.js";
import type { NewUser, UserStore } from "../users/user-store.js";
import { deliverCode, type IssueCodeDeps, type IssuedCode, issueCode } from "../verification/send-code.js";

export interface RegisterDeps extends IssueCodeDeps {
  database: Database;
  users: UserStore;
  registrations: RegistrationStore;
  hasher: PasswordHasher;
  sms: SmsGateway;
  phoneRules: PhoneRules;
  passwordRules: PasswordRules;
  /** Whether the whitelist allows an account for this number. */
  isWhitelisted(phone: string): Promise<boolean>;
}

export interface RegisterInput {
  phone: string;
  firstName: string;
  lastName: string;
  password: string;
  passwordConfirm: string;
  email: string | null;
  address: string | null;
  apartmentName: string | null;
}

/**
 * Creates an inactive account and sends its activation code. If the code can't be sent, the account is removed.
 * The checks run in the order of contract.md, section 6.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, INVALID_REQUEST, PHONE_TAKEN, PHONE_NOT_WHITELISTED,
 * PASSWORD_REJECTED, RATE_LIMITED (the number's SMS quota), SMS_UNAVAILABLE or OVERLOADED.
 */
export async function register(deps: RegisterDeps, input: RegisterInput): Promise<void> {
  requireSamePassword(input.password, input.passwordConfirm, "password_confirm");
  const personal = {
    ...personalNames(input),
    email: optionalText(input.email),
    address: optionalText(input.address),
    apartmentName: optionalText(input.apartmentName),
  };
  const phone = parsePhone(deps.phoneRules, input.phone);
  if (await deps.registrations.isPhoneTaken(null, phone, deps.clock.now()))
    throw new DomainError("PHONE_TAKEN");
  if (!(await deps.isWhitelisted(phone))) throw new DomainError("PHONE_NOT_WHITELISTED");

  const password = normalisePassword(input.password);
  checkPassword(deps.passwordRules, password, { phone, ...personal });
  const passwordHash = await deps.hasher.hash(password);

  const { userId, issued } = await createAccount(deps, { phone, passwordHash, ...personal });
  await deliverCode(deps, issued.id, {
    send: () => deps.sms.sendActivationCode(phone, issued.code),
    async withdraw(tx) {
      await deps.codes.remove(tx, issued.id);
      await deps.registrations.remove(tx, userId);
    },
  });
}

function createAccount(
  deps: RegisterDeps,
  account: Omit<NewUser, "dateJoined">,
): Promise<{ userId: number; issued: IssuedCode }> {
  return deps.database.transaction(async (tx) => {
    const now = deps.clock.now();
    await deps.smsQuota.lock(tx, account.phone);
    await deps.registrations.removeAbandoned(tx, account.phone, now);
    // Create the account before the code: concurrent registrations must fail here with PHONE_TAKEN, not at the quota.
    const user = await deps.users.create(tx, { ...account, dateJoined: now });
    const issued = await issueCode(deps, tx, { userId: user.id, purpose: "activation", phone: user.phone });
    if (!issued) throw new LoggableError("the account created in this transaction was not found");
    return { userId: user.id, issued };
  });
}
