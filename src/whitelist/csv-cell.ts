/**
 * Where a spreadsheet may begin a cell: at the start of a value, and after anything in it that some spreadsheet splits
 * at. One that expects another delimiter than the file's cuts quoted values too, since it then finds their quotes in the
 * middle of a cell: `+237…,"a;=1+1",true` opened with `;` has the cell `=1+1",true`.
 */
const CELL_START = /(?<=^|[,;\t\r\n])/u;

/**
 * What must not begin a cell (OWASP, CSV injection): a formula, also in full-width characters and after spaces and
 * quotes, which spreadsheets may drop; a tab or carriage return. And an apostrophe, so that an import can tell those of
 * the value from ours.
 */
const UNSAFE = /(?=['\t\r]|[\p{Z}\p{Cf}"]*[=+\-@＝＋－＠])/u;

const UNPROTECTED = new RegExp(CELL_START.source + UNSAFE.source, "gu");
const PROTECTED = new RegExp(`${CELL_START.source}'${UNSAFE.source}`, "gu");

/** Puts an apostrophe wherever a spreadsheet would begin an unsafe cell. Every value can be unprotected again. */
export function protectCell(value: string): string {
  return value.replace(UNPROTECTED, "'");
}

/** Removes the apostrophes of `protectCell`. */
export function unprotectCell(cell: string): string {
  return cell.replace(PROTECTED, "");
}
