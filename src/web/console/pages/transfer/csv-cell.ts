/** Where some spreadsheet begins a cell, after which it may find a formula. */
const SEPARATORS = ",;\\t\\r\\n";

/** What must not begin a cell: a formula, also after what spreadsheets drop; a tab or carriage return; an apostrophe. */
const UNSAFE = `(?:['\\t\\r]|[\\p{Z}\\p{Cf}"]*[=+@＝＋－＠-])`;

const UNPROTECTED = new RegExp(`[${SEPARATORS}](?=${UNSAFE})`, "gu");
const PROTECTED = new RegExp(`([${SEPARATORS}])'(?=${UNSAFE})`, "gu");

/** The comma makes the start of the cell a place like those after a separator. */
const replaceFromStart = (cell: string, pattern: RegExp, replacement: string) =>
  `,${cell}`.replace(pattern, replacement).slice(1);

/** A cell of a file for spreadsheets, as the service's exports have it: with an apostrophe before what one would execute. */
export function csvCell(value: string): string {
  const safe = replaceFromStart(value, UNPROTECTED, "$&'");
  return /[",;\t\r\n]/.test(value) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Removes the apostrophes of `csvCell`. */
export const unprotectCell = (cell: string): string => replaceFromStart(cell, PROTECTED, "$1");
