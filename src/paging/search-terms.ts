import { asciiDigits } from "../system/ascii-digits.js";

/** What a search looks for; at least one of the two, or it finds nothing. */
export interface SearchTerms {
  /** The first or last digits of a phone number, at least three; null when the text has anything but a number. */
  digits: string | null;
  /** A tsquery for `search_words`: every word, each at least by its beginning; null when there is no word. */
  words: string | null;
}

/** Fewer digits are in every other number. */
const MIN_DIGITS = 3;

/** Reads the `search` of a request; null when nothing is searched for. */
export function parseSearch(text: string): SearchTerms | null {
  const plain = asciiDigits(text.normalize("NFC")).trim();
  if (plain === "") return null;
  const digits = /^[\d\s+()./-]+$/.test(plain) ? plain.replace(/\D/g, "").replace(/^00/, "") : "";
  const words = plain.match(/[\p{L}\p{N}]+/gu);
  return {
    digits: digits.length >= MIN_DIGITS ? digits : null,
    words: words ? words.map((word) => `'${word}':*`).join(" & ") : null,
  };
}
