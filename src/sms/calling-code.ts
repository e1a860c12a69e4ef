/** The calling codes of one and two digits (ITU-T E.164 assigned country codes). All others have three. */
const SHORT_CODE = /^\+([17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * The calling code of a number in international form, without `+`. No calling code begins another one. A number without
 * a country (satellites, international services) counts by its first three digits.
 */
export function callingCode(phone: string): string {
  return SHORT_CODE.exec(phone)?.[1] ?? phone.slice(1, 4);
}
