/** Replaces every decimal digit in `text`, of any script (Arabic, Devanagari, full-width …), with its ASCII digit. */
export function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, asciiDigit);
}

/** Unicode encodes each set of decimal digits as ten consecutive code points, in order from zero. */
function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0;
  let first = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((codePoint - first) % 10);
}
