import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { PasswordHasher } from "../passwords/password-hash.js";
import {
  checkPassword,
  normalisePassword,
  type PasswordRules,
  requireSamePassword,
} from "../passwords/password-policy.js";
import { newRegistrationToken, registrationTokenDigest } from "../registrations/registration.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import {
  deliverActivationCode,
  type IssuedActivationCode,
  issueActivationCode,
  type SendActivationCodeDeps,
} from "../registrations/send-activation-code.js";
import { knownAddressKey } from "../system/address-key.js";
import { addSeconds } from "../system/clock.js";
import { LoggableError } from "../system/loggable-error.js";
import { optionalText, personalNames } from "../users/personal-text.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { NewUser } from "../users/user-store.js";

export interface RegisterDeps extends SendActivationCodeDeps {
  registrations: RegistrationStore;
  hasher: PasswordHasher;
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
  /** The caller's IP address. */
  callerAddress: string;
}

/** Time (s) in which a second registration of a number from the same network is taken for a double tap. */
const REPEAT_SECONDS = 60;

/**
 * Registers a number and sends its activation code. The registration waits for `activate`, is no account, and takes the
 * number from nobody: another one is accepted while it waits. If the code can't be sent, nothing remains but a note of
 * the caller's network: the next registration of the number isn't the only one that was made.
 * The checks run in the order of contract.md, section 6. Returns the true challenge, with the secret that names the
 * registration.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, INVALID_REQUEST, PHONE_TAKEN (also for a second registration from
 * the same network within a minute), PHONE_NOT_WHITELISTED, PASSWORD_REJECTED, RATE_LIMITED (the SMS quota of the number
 * or of the caller's network at it), SMS_UNAVAILABLE or OVERLOADED.
 */
export async function register(deps: RegisterDeps, input: RegisterInput): Promise<Challenge> {
  requireSamePassword(input.password, input.passwordConfirm, "password_confirm");
  const personal = {
    ...personalNames(input),
    email: optionalText(input.email),
    address: optionalText(input.address),
    apartmentName: optionalText(input.apartmentName),
  };
  const phone = parsePhone(deps.phoneRules, input.phone);
  const network = knownAddressKey(input.callerAddress);
  await assertAvailable(deps, phone, network);
  if (!(await deps.isWhitelisted(phone))) throw new DomainError("PHONE_NOT_WHITELISTED");

  const password = normalisePassword(input.password);
  checkPassword(deps.passwordRules, password, { phone, ...personal });
  const passwordHash = await deps.hasher.hash(password);

  const token = newRegistrationToken(deps.random);
  const registration = { id: deps.random.uuid(), phone, passwordHash, network, ...personal };
  const addUnsent = (tx: Tx | null) =>
    deps.registrations.addUnsent(tx, { phone, network, now: deps.clock.now() });
  const added = addRegistration(deps, { ...registration, token, callerAddress: input.callerAddress });
  const issued = await added.catch(async (error: unknown) => {
    if (error instanceof DomainError && error.reason === "RATE_LIMITED") await addUnsent(null);
    throw error;
  });
  await deliverActivationCode(deps, issued, async (tx) => {
    await deps.registrations.remove(tx, registration.id);
    await addUnsent(tx);
  });
  return { ...issued.challenge, registration: token };
}

async function assertAvailable(deps: RegisterDeps, phone: string, network: string | null): Promise<void> {
  const since = addSeconds(deps.clock.now(), -REPEAT_SECONDS);
  const isTaken =
    (await deps.registrations.isPhoneTaken(null, phone)) ||
    (await deps.registrations.isRepeated(null, { phone, network, since }));
  if (isTaken) throw new DomainError("PHONE_TAKEN");
}

function addRegistration(
  deps: RegisterDeps,
  {
    token,
    callerAddress,
    ...registration
  }: Omit<NewUser, "dateJoined"> & {
    id: string;
    network: string | null;
    token: string;
    callerAddress: string;
  },
): Promise<IssuedActivationCode> {
  return deps.database.transaction(async (tx) => {
    const createdAt = deps.clock.now();
    const { id, phone } = registration;
    const tokenDigest = registrationTokenDigest(deps.codeKey, token);
    await deps.smsQuota.lock(tx, phone);
    // Before the code: concurrent registrations must fail here with PHONE_TAKEN, not at the quota.
    const row = { ...registration, tokenDigest, createdAt };
    const isAdded = await deps.registrations.add(tx, row, addSeconds(createdAt, -REPEAT_SECONDS));
    if (!isAdded) throw new DomainError("PHONE_TAKEN");
    // If this code can't be sent, the caller has no registration, and learns nothing about the number.
    const isNamed = false;
    const issued = await issueActivationCode(deps, tx, {
      phone,
      callerAddress,
      registration: { id, isNamed, newest: null, attempts: 0 },
    });
    if (!issued) throw new LoggableError("the registration added in this transaction was not found");
    return issued;
  });
}
