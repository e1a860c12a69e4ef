import { csvCell, unprotectCell } from "./csv-cell.js";
import { type CsvRow, readCsvRows } from "./csv-rows.js";

/** A line that an import refuses. */
interface Refusal {
  line: number;
  phone: string;
  /** Why, in the language of the console. */
  message: string;
}

interface ImportedFile {
  texts: AsyncIterable<string>;
  /** The lines of the file that the service has read: all but blank ones and the header. */
  lineCount: number;
  refusals: readonly Refusal[];
  /** The names of the columns that the file doesn't have. */
  names: { line: string; reason: string };
}

/** The columns of a file without a header, by the names that the service knows. */
const DEFAULT_HEADER = ["phone", "notes", "is_active"];

/**
 * The refused rows of a file as another CSV file, with the header of the file, or one of ours, and why each was refused in a
 * column at the end. The service ignores that column, so that the corrected file can be imported. Has only what the
 * service reports of the rows if the file is not the one that it has read.
 */
export async function refusedLines({ texts, lineCount, refusals, names }: ImportedFile): Promise<string> {
  const reasons = new Map(refusals.map((refusal) => [refusal.line, refusal]));
  const rows = await readRefusedRows(texts, reasons);
  const headerCount = rows.count - lineCount;
  if (headerCount !== 0 && headerCount !== 1) return reportedRows(refusals, names);
  const header = headerCount === 1 ? rows.first : DEFAULT_HEADER;
  const width = Math.max(header.length, ...rows.refused.map(({ cells }) => cells.length));
  const toLine = (cells: readonly string[], last: string) =>
    [...cells, ...Array<string>(width - cells.length).fill(""), last].map(csvCell).join(rows.delimiter);
  return toFile([
    toLine(header, names.reason),
    ...rows.refused.map(({ cells, message }) => toLine(cells, message)),
  ]);
}

interface RefusedRows {
  /** What separates the cells of the file. */
  delimiter: string;
  /** The first row that is not blank. */
  first: readonly string[];
  /** Rows that are not blank. */
  count: number;
  refused: { cells: readonly string[]; message: string }[];
}

async function readRefusedRows(
  texts: AsyncIterable<string>,
  reasons: ReadonlyMap<number, Refusal>,
): Promise<RefusedRows> {
  let delimiter = ",";
  const refused: RefusedRows["refused"] = [];
  let first: readonly string[] | null = null;
  let count = 0;
  let line = 0;
  const rows = readCsvRows(texts, (found) => {
    delimiter = found;
  });
  for await (const row of rows) {
    line += 1;
    if (row?.every((cell) => cell.trim() === "")) continue;
    const cells = readCells(row);
    first ??= cells;
    count += 1;
    const refusal = reasons.get(line);
    if (refusal) refused.push({ cells, message: refusal.message });
  }
  return { delimiter, first: first ?? [], count, refused };
}

/** A row that can't be read has no cells. */
const readCells = (row: CsvRow): readonly string[] => row?.map(unprotectCell) ?? [""];

function reportedRows(refusals: readonly Refusal[], names: ImportedFile["names"]): string {
  const rows = refusals.map(({ line, phone, message }) => [phone, String(line), message]);
  return toFile([["phone", names.line, names.reason], ...rows].map((cells) => cells.map(csvCell).join(",")));
}

/** The byte order mark tells spreadsheets that the file is UTF-8. */
const toFile = (lines: readonly string[]) => `\ufeff${lines.map((line) => `${line}\r\n`).join("")}`;
