import { invalidField } from "../../errors.js";
import { readCsvLines } from "./csv-lines.js";
import type { ImportInput } from "./import-entries.js";
import type { RawLine } from "./import-line.js";

/** One message of an import stream, with the next entries or the next chunk of a CSV file. */
export interface ImportMessage {
  dryRun: boolean;
  allOrNothing: boolean;
  entries: readonly { phone: string; notes: string; isActive?: boolean | undefined }[];
  csv: Uint8Array;
}

/** The lines of an import and the options that its client sets. */
export type ImportSource = Pick<ImportInput, "lines" | "dryRun" | "allOrNothing">;

const hasEntries = ({ entries }: ImportMessage) => entries.length > 0;
const hasCsv = ({ csv }: ImportMessage) => csv.byteLength > 0;

/**
 * Opens an import stream. The first message sets the options; the first message with lines decides whether the import
 * consists of entries or of a CSV file. `lines` closes the stream when it is left early.
 *
 * Throws INVALID_REQUEST if the stream has no lines. `lines` throws INVALID_REQUEST if the stream mixes entries and
 * CSV, or if the file is empty or not text.
 */
export async function openImportSource(messages: AsyncIterable<ImportMessage>): Promise<ImportSource> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  let next = first;
  while (!next.done && !hasEntries(next.value) && !hasCsv(next.value)) next = await iterator.next();
  if (first.done || next.done) throw invalidField("csv", (m) => m.csvEmpty);
  const { dryRun, allOrNothing } = first.value;
  const content = prepend(next.value, iterator);
  const lines = hasCsv(next.value) ? readCsvLines(csvChunks(content)) : entryLines(content);
  return { dryRun, allOrNothing, lines };
}

async function* prepend(
  first: ImportMessage,
  rest: AsyncIterator<ImportMessage>,
): AsyncGenerator<ImportMessage> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* csvChunks(messages: AsyncIterable<ImportMessage>): AsyncGenerator<Uint8Array> {
  for await (const message of messages) {
    if (hasEntries(message)) throw mixedError();
    if (hasCsv(message)) yield message.csv;
  }
}

async function* entryLines(messages: AsyncIterable<ImportMessage>): AsyncGenerator<RawLine[]> {
  let line = 0;
  for await (const message of messages) {
    if (hasCsv(message)) throw mixedError();
    yield message.entries.map(({ phone, notes, isActive }) => {
      line += 1;
      return { line, phone, notes, isActive: isActive ?? true };
    });
  }
}

function mixedError() {
  return invalidField("csv", (m) => m.importMixed);
}
