import { invalidField } from "../errors.js";
import { protectCell } from "./csv-cell.js";
import type { WhitelistEntry } from "./whitelist-entry.js";

/** The characters that may separate the fields of an exported file; the first is the default. */
const DELIMITERS = [",", ";", "\t"];

export interface CsvFormat {
  delimiter: string;
  /** Whether the file begins with a byte order mark, from which spreadsheets recognise UTF-8. */
  bom: boolean;
}

/** Throws INVALID_REQUEST for an unknown delimiter. Empty or absent: a comma, and a byte order mark. */
export function parseCsvFormat({ delimiter = "", bom = true }: Partial<CsvFormat>): CsvFormat {
  const known = delimiter === "" ? DELIMITERS[0] : DELIMITERS.find((each) => each === delimiter);
  if (known === undefined) throw invalidField("delimiter", (m) => m.delimiterInvalid);
  return { delimiter: known, bom };
}

/**
 * Yields a CSV file (RFC 4180) in chunks: a header row and a record for each entry. The header comes with the first
 * entries, so that a selection which can't be read yields no part of a file.
 */
export async function* exportCsv(
  batches: AsyncIterable<readonly WhitelistEntry[]>,
  { delimiter, bom }: CsvFormat,
): AsyncGenerator<string> {
  let header = (bom ? "\ufeff" : "") + toRecord(["phone", "notes", "is_active"], delimiter);
  for await (const entries of batches) {
    const records = entries.map(({ phone, notes, isActive }) =>
      toRecord([phone, notes, String(isActive)], delimiter),
    );
    yield header + records.join("");
    header = "";
  }
  if (header !== "") yield header;
}

function toRecord(values: readonly string[], delimiter: string): string {
  return `${values.map(toCell).join(delimiter)}\r\n`;
}

function toCell(value: string): string {
  const cell = protectCell(value);
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
