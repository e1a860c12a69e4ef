import { createRequire } from "node:module";
import { DJANGO_PASSWORDS } from "./django-passwords.js";
import { DJANGO_SHORT_PASSWORDS } from "./django-short-passwords.js";

const load = createRequire(import.meta.url);
let commonPasswords: ReadonlySet<string> | undefined;

/**
 * 52,000 passwords in lower case. With the rules below they cover Django's list of 20,000. They are loaded when the first
 * password is checked, because they take 14 MB.
 */
function isCommon(text: string): boolean {
  commonPasswords ??= loadCommonPasswords();
  return commonPasswords.has(text);
}

function loadCommonPasswords(): ReadonlySet<string> {
  const { dictionary } = load("@zxcvbn-ts/language-common") as typeof import("@zxcvbn-ts/language-common");
  return new Set([
    ...dictionary["passwords-common"].map((password) => password.toLowerCase()),
    ...DJANGO_PASSWORDS,
    ...DJANGO_SHORT_PASSWORDS,
  ]);
}

/**
 * Minimum length (UTF-16 units) of a common word that is refused with digits or punctuation around it too. Django's list
 * has single letters.
 */
const MIN_WORD_LENGTH = 3;

/** What Python's `strip` removes before Django compares. JavaScript's `trim` leaves some control characters. */
const WHITE_SPACE = String.raw`[\s\u001C-\u001F\u0085]+`;
const SURROUNDING_SPACE = new RegExp(`^${WHITE_SPACE}|${WHITE_SPACE}$`, "gu");

/**
 * Sequences that people walk along: counting, the alphabet, and the rows and columns of English, French and German
 * keyboards.
 */
// cspell:disable
const SEQUENCES = [
  "01234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  "qwertzuiop",
  "yxcvbnm",
  "qazwsxedcrfvtgbyhnujm",
  "aqwzsxedcrfvtgbyhnuj",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
  "1aqw2zsx3edc4rfv5tgb6yhn7uj",
  "!@#$%^&*()_+",
  "&\u00E9\"'(-\u00E8_\u00E7\u00E0)=",
].flatMap((sequence) => [sequence, [...sequence].reverse().join("")]);
// cspell:enable

/**
 * Whether a password is one of the first that an attacker tries: common, or a common or context word with digits of any
 * script around it, or one character, word or sequence over and over. Case, and white space around the password, are
 * ignored. In context words, and in words that repeat, accents, separators and punctuation are ignored too. The cost is
 * quadratic in the length of `password`.
 */
export function isGuessable(password: string, contextWords: readonly string[]): boolean {
  const text = password.toLowerCase().replace(SURROUNDING_SPACE, "");
  const plain = lettersAndDigits(text);
  const names = new Set(contextWords.map(lettersAndDigits).filter((word) => word !== ""));
  return (
    isRepeated(password.toLowerCase()) ||
    isRepeated(text) ||
    isCommon(text) ||
    isCommonWord(withoutPunctuation(text)) ||
    coresOf(text).some(isCommonWord) ||
    coresOf(plain).some((core) => names.has(core)) ||
    unitsOf(plain)
      .flatMap(coresOf)
      .some((core) => isCommonWord(core) || names.has(core))
  );
}

function isCommonWord(text: string): boolean {
  return text.length >= MIN_WORD_LENGTH && isCommon(text);
}

/** "password1!" is as common as "password1". */
function withoutPunctuation(text: string): string {
  return text.replace(/^[\p{P}\p{S}\s]+/u, "").replace(/[\p{P}\p{S}\s]+$/u, "");
}

/** A text of more than digits, and what is left of it without some or all of the digits around it. */
function coresOf(text: string): string[] {
  const leading = /^\p{N}*/u.exec(text)![0].length;
  if (leading === text.length) return [];
  const trailing = /\p{N}*$/u.exec(text)![0].length;
  const cores: string[] = [];
  for (let start = 0; start <= leading; start += 1) {
    for (let end = text.length; end >= text.length - trailing; end -= 1) cores.push(text.slice(start, end));
  }
  return cores;
}

/** What a text repeats at least twice, with or without the digits around it. The last one may be cut off. */
function unitsOf(text: string): string[] {
  return [text, coresOf(text).at(-1) ?? ""].flatMap((part) => {
    const characters = [...part];
    const period = periodOf(characters);
    return 2 * period <= characters.length ? [characters.slice(0, period).join("")] : [];
  });
}

/** A text without accents, white space, punctuation and symbols, in lower case. */
function lettersAndDigits(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Whether a text is one character or one sequence over and over; the last one may be cut off. */
function isRepeated(text: string): boolean {
  const characters = [...text];
  if (characters.length < 2) return false;
  const period = periodOf(characters);
  const unit = characters.slice(0, period).join("");
  return period === 1 || SEQUENCES.some((sequence) => sequence.includes(unit));
}

/** The smallest number of characters after which a text repeats itself; its length if it doesn't. */
function periodOf(characters: readonly string[]): number {
  for (let period = 1; period < characters.length; period += 1) {
    if (characters.every((character, index) => index < period || character === characters[index - period])) {
      return period;
    }
  }
  return characters.length;
}
