import { asciiDigits } from "../system/ascii-digits.js";

/** The terms of a search. It finds nothing if both are null. */
export interface SearchTerms {
  /** The first (`firstDigits`) or last digits of a phone number, at least MIN_DIGITS; null if the search is anything else. */
  digits: string | null;
  /** A tsquery for `search_words` that requires every word, each as a prefix; null if there is no word. */
  words: string | null;
}

/** Fewer digits would match far too many numbers. */
const MIN_DIGITS = 3;

/** What stands between the digits of a number, and around one that was copied from a list of contacts: invisible characters. */
const NUMBER_SHAPE = /^[\d\s+()./\p{Pd}\p{Default_Ignorable_Code_Point}]+$/u;

/**
 * The digits with which a number begins if the search has its first ones; null if they are too few. A number that was typed
 * as it is dialled abroad has a 00 before its country code.
 */
export function firstDigits(digits: string): string | null {
  const first = digits.replace(/^00/, "");
  return first.length >= MIN_DIGITS ? first : null;
}

/** Parses the `search` of a request; null if it is blank. */
export function parseSearch(search: string): SearchTerms | null {
  const normalised = asciiDigits(search.normalize("NFC")).trim();
  if (normalised === "") return null;
  const digits = NUMBER_SHAPE.test(normalised) ? normalised.replace(/\D/g, "") : "";
  const words = normalised.match(/[\p{L}\p{N}]+/gu);
  return {
    digits: digits.length >= MIN_DIGITS ? digits : null,
    words: words ? words.map((word) => `'${word}':*`).join(" & ") : null,
  };
}
