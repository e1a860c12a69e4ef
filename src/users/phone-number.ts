import type { CountryCode } from "libphonenumber-js/max";
import { DomainError, ERROR_TABLE } from "../errors.js";
import { asciiDigits } from "../system/ascii-digits.js";
import { numberingPlans } from "../system/numbering-plans.js";

export interface PhoneRules {
  /** Region of the numbers without `+` that are valid there. All others, and all if undefined, are international. */
  readonly defaultRegion: CountryCode | undefined;
  /** What libphonenumber checks in addition to the length. */
  readonly policy: "length" | "possible" | "valid" | "mobile";
}

/** Number of digits in an international number (contract.md, section 6; the upper bound is E.164's). */
const MIN_DIGITS = 9;
const MAX_DIGITS = 15;

/** A text with more UTF-16 units has too many digits, whatever their script and prefix. */
const MAX_UNITS = 64;

/**
 * Characters between digits that carry no meaning: invisible characters (the Braille blank is missing from Unicode's
 * list), white space, dashes, brackets, underscores, dots, slashes and middle dots. Not `,` `;` `#` `*` and `~`, which
 * begin an extension.
 */
const SEPARATORS =
  /[\p{Default_Ignorable_Code_Point}\u2800\p{White_Space}\p{Pd}\p{Ps}\p{Pe}\p{Pc}./\\\u00B7\u02D7\u2022\u2024\u2027\u2044\u2212\u2215\u30FB\u30FC\uFF0E\uFF0F\uFF3C\uFF65]+/gu;

/** An optional plus sign (ASCII, small or full-width), then digits of any script. */
const PHONE_SHAPE = /^([+\uFE62\uFF0B]?)(\p{Nd}+)$/u;

/**
 * Returns the normal form of a phone number in any spelling: `+` and 9 to 15 digits. The normal form maps to itself.
 *
 * A leading `tel:` or `00` is removed. No country code begins with 0, so every repetition of `00` is removed, also
 * after `+`; otherwise one number would have several forms.
 *
 * Throws PHONE_REQUIRED (only separators), PHONE_LENGTH, or PHONE_INVALID (letters, an extension, a `+` inside, or
 * rejected by the policy), all for `field`.
 */
export function parsePhone(rules: PhoneRules, text: string, field = "phone"): string {
  const result = tryParsePhone(rules, text);
  if ("phone" in result) return result.phone;
  const { message } = ERROR_TABLE[result.reason];
  throw new DomainError(result.reason, { fields: [{ field, message }] });
}

/** Like `parsePhone`, but returns null for a text that is not a phone number. */
export function phoneKey(rules: PhoneRules, text: string): string | null {
  const result = tryParsePhone(rules, text);
  return "phone" in result ? result.phone : null;
}

type ParseResult = { phone: string } | { reason: "PHONE_REQUIRED" | "PHONE_INVALID" | "PHONE_LENGTH" };

function tryParsePhone(rules: PhoneRules, text: string): ParseResult {
  const compact = text.replace(SEPARATORS, "").replace(/^tel:/i, "");
  if (compact === "") return { reason: "PHONE_REQUIRED" };
  const [, plus, typed] = PHONE_SHAPE.exec(compact) ?? [];
  if (typed === undefined) return { reason: "PHONE_INVALID" };
  if (typed.length > MAX_UNITS) return { reason: "PHONE_LENGTH" };

  const dialled = asciiDigits(typed);
  const digits = dialled.replace(/^(?:00)+/, "");
  const isInternational = plus !== "" || digits !== dialled;
  const phone = (isInternational ? null : fromRegion(rules.defaultRegion, digits)) ?? `+${digits}`;
  if (!hasValidLength(phone)) return { reason: "PHONE_LENGTH" };
  const normalised = rules.policy === "length" ? phone : fromNumberingPlan(rules.policy, phone);
  if (normalised === null) return { reason: "PHONE_INVALID" };
  return hasValidLength(normalised) ? { phone: normalised } : { reason: "PHONE_LENGTH" };
}

/** Whether `phone`, in international form, has a valid number of digits. */
function hasValidLength(phone: string): boolean {
  const count = phone.length - "+".length;
  return count >= MIN_DIGITS && count <= MAX_DIGITS;
}

/** Returns the international form of a number that is valid in `region`, otherwise null. */
function fromRegion(region: CountryCode | undefined, digits: string): string | null {
  if (region === undefined) return null;
  const parsed = numberingPlans().parsePhoneNumberFromString(digits, {
    defaultCountry: region,
    extract: false,
  });
  return parsed?.isValid() ? parsed.number : null;
}

/**
 * Returns an international number as its country's numbering plan writes it (`+33 (0)6 …` loses the 0); null if the
 * policy rejects it.
 */
function fromNumberingPlan(policy: Exclude<PhoneRules["policy"], "length">, phone: string): string | null {
  const parsed = numberingPlans().parsePhoneNumberFromString(phone, { extract: false });
  if (!parsed) return null;
  const type = parsed.getType();
  const isAllowed = {
    possible: parsed.isPossible(),
    valid: parsed.isValid(),
    mobile: type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE",
  };
  return isAllowed[policy] ? parsed.number : null;
}
