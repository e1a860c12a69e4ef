import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { DomainError, ERROR_TABLE } from "../errors.js";
import { asciiDigits } from "../system/ascii-digits.js";

export interface PhoneRules {
  /** Where a number without `+` is at home, when it is valid there. Undefined: such a number is international. */
  readonly defaultRegion: CountryCode | undefined;
  /** Beyond the length: what libphonenumber has to say of the number. */
  readonly policy: "length" | "possible" | "valid" | "mobile";
}

/** Digits of an international number (contract.md, section 6; the upper bound is E.164's). */
const MIN_DIGITS = 9;
const MAX_DIGITS = 15;

/** More UTF-16 units than these are too many digits, whatever their script and prefix. */
const MAX_UNITS = 64;

/**
 * What stands between the digits and says nothing: whatever can't be seen (the Braille blank is not in Unicode's
 * own list), and white space, dashes, brackets, underscores, dots, slashes and middle dots. Not `,` `;` `#` `*`
 * and `~`, which begin an extension.
 */
const SEPARATORS =
  /[\p{Default_Ignorable_Code_Point}\u2800\p{White_Space}\p{Pd}\p{Ps}\p{Pe}\p{Pc}./\\\u00B7\u02D7\u2022\u2024\u2027\u2044\u2212\u2215\u30FB\u30FC\uFF0E\uFF0F\uFF3C\uFF65]+/gu;

/** An optional plus sign (ASCII, small or full-width), then digits of any script. */
const PHONE_SHAPE = /^([+\uFE62\uFF0B]?)(\p{Nd}+)$/u;

/**
 * The one form of a phone number, however it was written: `+` and 9 to 15 digits. Its own form is a fixed point.
 *
 * A leading `tel:` or `00` goes. No country code begins with 0, so `00` goes as often as it is repeated, and
 * after `+` too: otherwise one number would have several forms.
 *
 * Throws PHONE_REQUIRED (nothing but noise), PHONE_LENGTH, or PHONE_INVALID (letters, an extension, a `+` inside,
 * or refused by the policy), all of `field`.
 */
export function parsePhone(rules: PhoneRules, text: string, field = "phone"): string {
  const reading = readPhone(rules, text);
  if ("phone" in reading) return reading.phone;
  const { message } = ERROR_TABLE[reading.reason];
  throw new DomainError(reading.reason, { fields: [{ field, message }] });
}

/** As `parsePhone`, with null for what is not a phone number. */
export function phoneKey(rules: PhoneRules, text: string): string | null {
  const reading = readPhone(rules, text);
  return "phone" in reading ? reading.phone : null;
}

type Reading = { phone: string } | { reason: "PHONE_REQUIRED" | "PHONE_INVALID" | "PHONE_LENGTH" };

function readPhone(rules: PhoneRules, text: string): Reading {
  const compact = text.replace(SEPARATORS, "").replace(/^tel:/i, "");
  if (compact === "") return { reason: "PHONE_REQUIRED" };
  const [, plus, written] = PHONE_SHAPE.exec(compact) ?? [];
  if (written === undefined) return { reason: "PHONE_INVALID" };
  if (written.length > MAX_UNITS) return { reason: "PHONE_LENGTH" };

  const dialled = asciiDigits(written);
  const digits = dialled.replace(/^(?:00)+/, "");
  const isInternational = plus !== "" || digits !== dialled;
  const phone = (isInternational ? null : fromRegion(rules.defaultRegion, digits)) ?? `+${digits}`;
  if (!fits(phone)) return { reason: "PHONE_LENGTH" };
  const planned = rules.policy === "length" ? phone : fromPlan(rules.policy, phone);
  if (planned === null) return { reason: "PHONE_INVALID" };
  return fits(planned) ? { phone: planned } : { reason: "PHONE_LENGTH" };
}

/** Whether the international form `phone` has a right number of digits. */
function fits(phone: string): boolean {
  const count = phone.length - "+".length;
  return count >= MIN_DIGITS && count <= MAX_DIGITS;
}

/** The international form of a number that is valid in `region`, else null. */
function fromRegion(region: CountryCode | undefined, digits: string): string | null {
  if (region === undefined) return null;
  const parsed = parsePhoneNumberFromString(digits, { defaultCountry: region, extract: false });
  return parsed?.isValid() ? parsed.number : null;
}

/**
 * The international number as the numbering plan of its country writes it (`+33 (0)6 …` loses the 0), null when
 * the policy refuses it.
 */
function fromPlan(policy: Exclude<PhoneRules["policy"], "length">, phone: string): string | null {
  const parsed = parsePhoneNumberFromString(phone, { extract: false });
  if (!parsed) return null;
  const type = parsed.getType();
  const isAllowed = {
    possible: parsed.isPossible(),
    valid: parsed.isValid(),
    mobile: type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE",
  };
  return isAllowed[policy] ? parsed.number : null;
}
