import { dictionary } from "@zxcvbn-ts/language-common";
import { DomainError, type FieldViolation, invalidField } from "../errors.js";
import type { LocalizedMessage } from "../messages/catalogue.js";
import type { User } from "../users/user.js";
import { isTooSimilar } from "./password-similarity.js";

export interface PasswordRules {
  /** Characters (code points) a password has at least. */
  readonly minLength: number;
}

/** What a password must not resemble: the account's own data. */
export type PersonalData = Pick<User, "phone" | "firstName" | "lastName" | "email">;

/** Characters (code points) a password has at most (contract.md, section 6). */
const MAX_LENGTH = 128;

/** Longer texts (UTF-16 units) are too long in NFC too: it joins at most four code points into one. */
const MAX_UNITS = MAX_LENGTH * 4 * 2;

/** The order in which Django compares. */
const PERSONAL_FIELDS = ["phone", "firstName", "lastName", "email"] as const;

const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  dictionary["passwords-common"].map((password) => password.toLowerCase()),
);

/**
 * The one form (NFC) of what people take for the same password, whatever their keyboard sends.
 * A text that is too long to be a password comes back as it is: normalising is quadratic in the worst case.
 */
export function normalisePassword(text: string): string {
  return text.length > MAX_UNITS ? text : text.normalize("NFC");
}

/**
 * Accepts a password (as `normalisePassword` gives it) for an account: Django's four rules and an upper bound.
 * Any characters are good, but half a surrogate pair, which no encoding keeps apart from another.
 *
 * Throws PASSWORD_REJECTED, with one fault of `field` for each broken rule.
 */
export function checkPassword(
  rules: PasswordRules,
  password: string,
  personal: PersonalData,
  field = "password",
): void {
  const fields: FieldViolation[] = brokenRules(rules, password, personal).map((message) => ({
    field,
    message,
  }));
  if (fields.length > 0) throw new DomainError("PASSWORD_REJECTED", { fields });
}

function brokenRules(rules: PasswordRules, password: string, personal: PersonalData): LocalizedMessage[] {
  const length = [...password].length;
  if (length > MAX_LENGTH) return [(m) => m.passwordTooLong(MAX_LENGTH)];
  if (/\p{Surrogate}/u.test(password)) return [(m) => m.fieldInvalid];

  const broken: LocalizedMessage[] = [];
  if (length < rules.minLength) broken.push((m) => m.passwordTooShort(rules.minLength));
  if (COMMON_PASSWORDS.has(password.trim().toLowerCase())) broken.push((m) => m.passwordTooCommon);
  if (/^\p{N}+$/u.test(password)) broken.push((m) => m.passwordEntirelyNumeric);
  const similar = PERSONAL_FIELDS.find((name) =>
    isTooSimilar(password, (personal[name] ?? "").normalize("NFC")),
  );
  if (similar) broken.push((m) => m.passwordTooSimilar[similar]);
  return broken;
}

/** Throws INVALID_REQUEST, with a fault of `confirmField`, when the password was not typed the same way twice. */
export function requireSamePassword(password: string, confirmation: string, confirmField: string): void {
  if (normalisePassword(password) === normalisePassword(confirmation)) return;
  throw invalidField(confirmField, (m) => m.passwordsDiffer);
}
