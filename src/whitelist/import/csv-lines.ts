import { DomainError, invalidField } from "../../errors.js";
import { type CsvRecord, readCsvRecords } from "./csv-records.js";
import { decodeText } from "./csv-text.js";
import type { RawLine } from "./import-line.js";

/** Where the columns are; -1: the file has none. */
interface Columns {
  phone: number;
  notes: number;
  isActive: number;
}

/** The order without a header. */
const DEFAULT_COLUMNS: Columns = { phone: 0, notes: 1, isActive: 2 };

/** How people call the columns, without case, accents and what is no letter. */
const COLUMN_NAMES: Record<keyof Columns, readonly string[]> = {
  phone: ["phone", "phonenumber", "telephone", "tel", "numero", "numerodetelephone", "number", "mobile"],
  notes: ["notes", "note", "remarque", "remarques", "commentaire", "commentaires", "comment", "comments"],
  isActive: ["isactive", "active", "actif", "etat"],
};

/** How people and spreadsheets write the state. */
const STATES = new Map([
  ...["", "true", "1", "yes", "oui", "vrai"].map((word) => [word, true] as const),
  ...["false", "0", "no", "non", "faux"].map((word) => [word, false] as const),
]);

/**
 * The lines of a CSV file, some at a time, as ImportWhitelistEntries describes it; rows are counted as a spreadsheet
 * does. Throws INVALID_REQUEST for a file that is no text, or has nothing in it.
 */
export async function* readCsvLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine[]> {
  let row = 0;
  let columns: Columns | null = null;
  for await (const records of readCsvRecords(decodeText(pieces))) {
    const lines: RawLine[] = [];
    for (const record of records) {
      row += 1;
      if (record?.every((cell) => cell.trim() === "")) continue;
      if (!columns) {
        const header = record && readHeader(record);
        columns = header ?? DEFAULT_COLUMNS;
        if (header) continue;
      }
      lines.push(toLine(row, columns, record));
    }
    yield lines;
  }
  if (!columns) throw invalidField("csv", (m) => m.csvEmpty);
}

/** The columns that the first row names; null when it names no phone number. */
function readHeader(record: readonly string[]): Columns | null {
  const names = record.map((cell) =>
    cell
      .normalize("NFD")
      .replace(/[^A-Za-z]/g, "")
      .toLowerCase(),
  );
  const find = (column: keyof Columns) => names.findIndex((name) => COLUMN_NAMES[column].includes(name));
  const columns = { phone: find("phone"), notes: find("notes"), isActive: find("isActive") };
  return columns.phone < 0 ? null : columns;
}

function toLine(line: number, columns: Columns, record: CsvRecord): RawLine {
  if (!record) return { line, phone: "", error: invalidField("csv", (m) => m.csvLineTooLong) };
  const phone = readPhone(cellOf(record, columns.phone));
  const state = cellOf(record, columns.isActive).trim();
  const isActive = STATES.get(state.toLowerCase());
  if (isActive === undefined) {
    return { line, phone, error: invalidField("is_active", (m) => m.isActiveInvalid) };
  }
  // A comma in notes that are not quoted; with a header there may be columns that mean nothing here.
  if (columns === DEFAULT_COLUMNS && record.slice(3).some((cell) => cell.trim() !== "")) {
    return {
      line,
      phone,
      error: new DomainError("INVALID_REQUEST", { message: (m) => m.lineTooManyColumns }),
    };
  }
  return { line, phone, notes: cellOf(record, columns.notes), isActive };
}

/** A cell, without the apostrophe that keeps a spreadsheet from executing it. */
function cellOf(record: readonly string[], column: number): string {
  return (record[column] ?? "").replace(/^'(?=[=+\-@'\t\r\n＝＋－＠])/, "");
}

/** A number that a spreadsheet was told to take as text (`="…"`), or took for a decimal one (`… .0`). */
function readPhone(cell: string): string {
  return cell
    .trim()
    .replace(/^="(.*)"$/, "$1")
    .replace(/^(\+?\d{9,})\.0$/, "$1");
}
