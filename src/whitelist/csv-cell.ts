/**
 * The characters that some spreadsheet splits a value at, and begins another cell after. One that expects another
 * delimiter than the file's cuts quoted values too, since it then finds their quotes in the middle of a cell:
 * `+237…,"a;=1+1",true` opened with `;` has the cell `=1+1",true`.
 */
const SEPARATORS = ",;\\t\\r\\n";

/**
 * The first and last code points of what spreadsheets may drop before a formula: `\p{Z}` and `\p{Cf}` of Unicode 17,
 * which PostgreSQL has no names for.
 */
const DROPPED: readonly (readonly [number, number])[] = [
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0xad, 0xad],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x2064],
  [0x2066, 0x206f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
];

/**
 * A regular expression for what must not begin a cell (OWASP, CSV injection): a formula, also in full-width characters
 * and after what spreadsheets may drop, quotes included; a tab or carriage return. And an apostrophe, so that an import
 * can tell those of the value from ours. `codePoint` writes a character as the engine reads it.
 */
function unsafe(codePoint: (hex: string) => string): string {
  const ranges = DROPPED.map((range) => range.map((code) => codePoint(code.toString(16))).join("-"));
  return `(?:['\\t\\r]|[${ranges.join("")}"]*[=+@＝＋－＠-])`;
}

/** An apostrophe of `csvCell`. */
const PROTECTION = new RegExp(`(?<=^|[${SEPARATORS}])'(?=${unsafe((hex) => `\\u{${hex}}`)})`, "gu");

const UNSAFE = unsafe((hex) => `\\U${hex.padStart(8, "0")}`);

const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * The SQL for a value as a cell of a CSV file (RFC 4180): in quotes if it contains a quote or a separator, and with an
 * apostrophe wherever a spreadsheet would begin an unsafe cell. `unprotectCell` removes the apostrophes again.
 */
export function csvCell(value: string): string {
  const matches = (pattern: string) => `${value} COLLATE "C" ~ ${sqlText(pattern)}`;
  const quoted = (content: string) => `'"' || replace(${content}, '"', '""') || '"'`;
  // The comma makes the start a place like the others. A lookbehind would take quadratic time.
  const places = `${sqlText(`[${SEPARATORS}](?=${UNSAFE})`)}, ${sqlText("\\&'")}`;
  const withApostrophes = `substr(regexp_replace(',' || ${value} COLLATE "C", ${places}, 'g'), 2)`;
  // One match decides for most values, and two for most others.
  return `CASE WHEN NOT ${matches(`["${SEPARATORS}]|^${UNSAFE}`)} THEN ${value}
    WHEN NOT ${matches(`(?:^|[${SEPARATORS}])${UNSAFE}`)} THEN ${quoted(value)}
    WHEN ${matches(`["${SEPARATORS}]`)} THEN ${quoted(withApostrophes)}
    ELSE '''' || ${value} END`;
}

/** Removes the apostrophes of `csvCell`. */
export function unprotectCell(cell: string): string {
  return cell.replace(PROTECTION, "");
}
