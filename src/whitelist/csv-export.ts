import { invalidField } from "../errors.js";

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
 * Yields a CSV file (RFC 4180) in chunks: a header row, then the records. The header comes with the first records, so
 * that a selection which can't be read yields no part of a file.
 */
export async function* exportCsv(
  batches: AsyncIterable<string>,
  { delimiter, bom }: CsvFormat,
): AsyncGenerator<string> {
  let header = `${bom ? "\ufeff" : ""}${["phone", "notes", "is_active"].join(delimiter)}\r\n`;
  for await (const records of batches) {
    const text = header + records;
    if (text !== "") yield text;
    header = "";
  }
}

/** Maximum size of a chunk. gRPC clients refuse messages of more than 4 MiB by default. */
const MAX_CHUNK_BYTES = 1024 * 1024;

/** Yields a file in UTF-8, in chunks of at most MAX_CHUNK_BYTES. */
export async function* encodeFile(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.byteLength; start += MAX_CHUNK_BYTES) {
      yield bytes.subarray(start, start + MAX_CHUNK_BYTES);
    }
  }
}
