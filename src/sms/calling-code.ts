import { getCountries, getCountryCallingCode } from "libphonenumber-js/max";

const CALLING_CODES: ReadonlySet<string> = new Set(
  getCountries().map((country) => getCountryCallingCode(country)),
);
const MAX_DIGITS = 3;

/**
 * The calling code of a number in international form, without `+`. No calling code begins another one. A number without
 * a country (satellites, international services) counts by its first three digits.
 */
export function callingCode(phone: string): string {
  const digits = phone.slice(1, 1 + MAX_DIGITS);
  const prefixes = [1, 2, MAX_DIGITS].map((length) => digits.slice(0, length));
  return prefixes.find((prefix) => CALLING_CODES.has(prefix)) ?? digits;
}
