import { DomainError, invalidField } from "../../errors.js";
import { unprotectCell } from "../csv-cell.js";
import { type CsvRecord, readCsvRecords } from "./csv-records.js";
import { decodeText } from "./csv-text.js";
import type { RawLine } from "./import-line.js";

/** The index of each column; -1 if the file does not have it. */
interface Columns {
  phone: number;
  notes: number;
  isActive: number;
}

/** The columns of a file without a header. */
const DEFAULT_COLUMNS: Columns = { phone: 0, notes: 1, isActive: 2 };

/** The header names of each column, compared without case, accents and non-letters. */
const COLUMN_NAMES: Record<keyof Columns, readonly string[]> = {
  phone: ["phone", "phonenumber", "telephone", "tel", "numero", "numerodetelephone", "number", "mobile"],
  notes: ["notes", "note", "remarque", "remarques", "commentaire", "commentaires", "comment", "comments"],
  isActive: ["isactive", "active", "actif", "etat"],
};

/** The spellings of `is_active` that people and spreadsheets use. An empty cell means true. */
const STATES = new Map([
  ...["", "true", "1", "yes", "oui", "vrai"].map((word) => [word, true] as const),
  ...["false", "0", "no", "non", "faux"].map((word) => [word, false] as const),
]);

/**
 * Yields the lines of a CSV file in batches. ImportWhitelistEntries describes the format; line numbers are spreadsheet
 * rows. Throws INVALID_REQUEST if the file is a workbook, is not text, or is empty.
 */
export async function* readCsvLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine[]> {
  const rows = createRowReader();
  for await (const records of readCsvRecords(decodeText(chunks))) {
    yield records.flatMap((record) => rows.read(record) ?? []);
  }
  if (rows.isEmpty) throw invalidField("csv", (m) => m.csvEmpty);
}

interface RowReader {
  /** Returns the line of the next row; null for a blank row and for the header. */
  read(record: CsvRecord): RawLine | null;
  /** True while all rows were blank. */
  readonly isEmpty: boolean;
}

/** The first row that is not blank may be a header, and determines the columns. */
function createRowReader(): RowReader {
  let row = 0;
  let columns: Columns | null = null;
  return {
    read(record) {
      row += 1;
      if (record?.every((cell) => cell.trim() === "")) return null;
      if (columns) return toLine(row, columns, record);
      const header = record && readHeader(record);
      columns = header ?? DEFAULT_COLUMNS;
      return header ? null : toLine(row, columns, record);
    },
    get isEmpty() {
      return columns === null;
    },
  };
}

/** The columns that the first row names; null if it does not name the phone column. */
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
  // An extra cell comes from an unquoted comma in the notes. With a header, unknown columns are ignored.
  if (columns === DEFAULT_COLUMNS && record.slice(3).some((cell) => cell.trim() !== "")) {
    return {
      line,
      phone,
      error: new DomainError("INVALID_REQUEST", { message: (m) => m.lineTooManyColumns }),
    };
  }
  return { line, phone, notes: cellOf(record, columns.notes), isActive };
}

/** The text of a cell, without the apostrophes that keep a spreadsheet from executing it. */
function cellOf(record: readonly string[], column: number): string {
  return unprotectCell(record[column] ?? "");
}

/** Undoes the spreadsheet formats of a phone number: forced text (`="…"`) and decimal number (`….0`). */
function readPhone(cell: string): string {
  return cell
    .trim()
    .replace(/^="(.*)"$/, "$1")
    .replace(/^(\+?\d{9,})\.0$/, "$1");
}
