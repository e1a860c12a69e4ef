import { invalidField } from "../../errors.js";
import { readCsvLines } from "./csv-lines.js";
import type { RawLine } from "./import-line.js";

/** One message of an import: the next entries, or the next piece of a CSV file. */
export interface ImportPiece {
  entries: readonly { phone: string; notes: string; isActive?: boolean | undefined }[];
  csv: Uint8Array;
}

const hasEntries = ({ entries }: ImportPiece) => entries.length > 0;
const hasCsv = ({ csv }: ImportPiece) => csv.byteLength > 0;

/**
 * The lines of an import, some at a time: what the first piece that has any holds decides which kind all must be of.
 * Throws INVALID_REQUEST for a mixture, for nothing at all, and for a file that can't be read from its start.
 */
export async function* importLines(pieces: AsyncIterable<ImportPiece>): AsyncGenerator<RawLine[]> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      const first = next.value;
      if (hasEntries(first) && hasCsv(first)) throw mixed();
      if (hasCsv(first)) return yield* readCsvLines(csvFrom(first, iterator));
      if (hasEntries(first)) return yield* entriesFrom(first, iterator);
    }
    throw invalidField("csv", (m) => m.csvEmpty);
  } finally {
    await iterator.return?.();
  }
}

async function* csvFrom(first: ImportPiece, rest: AsyncIterator<ImportPiece>): AsyncGenerator<Uint8Array> {
  yield first.csv;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    if (hasEntries(next.value)) throw mixed();
    if (hasCsv(next.value)) yield next.value.csv;
  }
}

async function* entriesFrom(first: ImportPiece, rest: AsyncIterator<ImportPiece>): AsyncGenerator<RawLine[]> {
  let line = 0;
  const toLines = ({ entries }: ImportPiece) =>
    entries.map(({ phone, notes, isActive }) => {
      line += 1;
      return { line, phone, notes, isActive: isActive ?? true };
    });
  yield toLines(first);
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    if (hasCsv(next.value)) throw mixed();
    yield toLines(next.value);
  }
}

function mixed() {
  return invalidField("csv", (m) => m.importMixed);
}
