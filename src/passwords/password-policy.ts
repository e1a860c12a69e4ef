import { DomainError, type FieldViolation, invalidField } from "../errors.js";
import type { LocalizedMessage } from "../messages/catalogue.js";
import type { User } from "../users/user.js";
import { isGuessable } from "./guessable-password.js";
import { isTooSimilar } from "./password-similarity.js";

export interface PasswordRules {
  /** Minimum length in characters (code points). */
  readonly minLength: number;
  /** Words that are refused, once or repeated, with or without digits around them: those that the service is known by. */
  readonly forbiddenWords: readonly string[];
}

/** Account data that a password must not resemble. */
export type PersonalData = Pick<User, "phone" | "firstName" | "lastName" | "email">;

/** Maximum length in characters (code points; contract.md, section 6). */
const MAX_LENGTH = 128;

/** Texts with more UTF-16 units are too long in NFC too, which composes at most four code points into one. */
const MAX_UNITS = MAX_LENGTH * 4 * 2;

/** In the order in which Django compares them. */
const PERSONAL_FIELDS = ["phone", "firstName", "lastName", "email"] as const;

/**
 * Normalises a password to NFC, so that keyboards that encode the same characters differently give the same password.
 * A text that is too long to be a password is returned unchanged: normalisation is quadratic in the worst case.
 */
export function normalisePassword(text: string): string {
  return text.length > MAX_UNITS ? text : text.normalize("NFC");
}

/**
 * Checks a password (normalised by `normalisePassword`) for an account: Django's four rules, a maximum length, and no
 * guessable password (`isGuessable`). Every character is allowed except a lone surrogate, because encoding makes all of
 * them equal.
 *
 * Throws PASSWORD_REJECTED, with one violation of `field` per broken rule.
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
  if (isGuessable(password, rules.forbiddenWords)) broken.push((m) => m.passwordTooCommon);
  if (/^\p{N}+$/u.test(password)) broken.push((m) => m.passwordEntirelyNumeric);
  const similarField = PERSONAL_FIELDS.find((name) =>
    isTooSimilar(password, (personal[name] ?? "").normalize("NFC")),
  );
  if (similarField) broken.push((m) => m.passwordTooSimilar[similarField]);
  return broken;
}

/** Throws INVALID_REQUEST, with a violation of `confirmField`, when password and confirmation differ. */
export function requireSamePassword(password: string, confirmation: string, confirmField: string): void {
  if (normalisePassword(password) === normalisePassword(confirmation)) return;
  throw invalidField(confirmField, (m) => m.passwordsDiffer);
}
