import { asciiDigits } from "../system/ascii-digits.js";
import type { User } from "../users/user.js";

/** The last digits of a number, which every spelling of it has: with or without country code and trunk prefix. */
const OWN_DIGITS = 8;

/** What an account is found by. */
export interface AccountValues
  extends Pick<User, "firstName" | "lastName" | "email" | "address" | "apartmentName"> {
  /** The numbers that it has and had. */
  phones: readonly string[];
}

/**
 * Whether a text names the account: one of its numbers in any spelling, or its whole first name, last name, email, address
 * or apartment. Case, accents and punctuation don't matter.
 */
export function namesAccount(text: string, { phones, ...values }: AccountValues): boolean {
  const digits = asciiDigits(text).replace(/[^0-9]/g, "");
  if (phones.some((phone) => digits.includes(phone.slice(-OWN_DIGITS)))) return true;
  const words = wordsOf(text);
  return Object.values(values).some((value) => {
    const own = wordsOf(value ?? "");
    return own !== "" && words.includes(own);
  });
}

/** ` marie ngono ` for "Marie NGONO!"; empty for a text without words. */
function wordsOf(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.match(/[\p{L}\p{N}]+/gu);
  return words ? ` ${words.join(" ")} ` : "";
}
