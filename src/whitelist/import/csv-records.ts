import { type Parser, parse } from "csv-parse";

/** A record, or null for one that can't be read: a quote is not closed, or it is longer than any record should be. */
export type CsvRecord = readonly string[] | null;

/** Characters of a record, so that a quote that is never closed does not fill the memory. */
const MAX_RECORD = 16_384;

/**
 * The records of a CSV file that comes in pieces, some at a time (RFC 4180; quotes inside a field that is not quoted
 * stand for themselves, records end with any line break). After a null nothing follows.
 */
export async function* readCsvRecords(pieces: AsyncIterable<string>): AsyncGenerator<CsvRecord[]> {
  let start = "";
  let reader: RecordReader | null = null;
  for await (const piece of pieces) {
    start += piece;
    // The delimiter shows in the first record that has one.
    if (!reader && delimiterOf(start) === null && start.length < MAX_RECORD) continue;
    reader ??= createRecordReader(delimiterOf(start) ?? ",");
    yield reader.write(start);
    start = "";
    if (reader.hasFailed) return;
  }
  reader ??= createRecordReader(",");
  yield [...reader.write(start), ...(reader.hasFailed ? [] : await reader.end())];
}

/**
 * The first comma, semicolon or tab outside quotes: what stands before it is a phone number or a column's name, and has
 * none of them.
 */
function delimiterOf(text: string): string | null {
  return /[,;\t]/.exec(text.replace(/"[^"]*("|$)/g, ""))?.[0] ?? null;
}

interface RecordReader {
  readonly hasFailed: boolean;
  write(text: string): CsvRecord[];
  end(): Promise<CsvRecord[]>;
}

function createRecordReader(delimiter: string): RecordReader {
  /** Records before the one that can't be read, of those that wait to be taken. */
  let readable: number | null = null;
  const parser: Parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD,
    skip_records_with_error: true,
    on_skip: () => {
      readable ??= parser.readableLength;
      return undefined;
    },
  });

  function untilFailure(records: string[][]): CsvRecord[] {
    return readable === null ? records : [...records.slice(0, readable), null];
  }

  return {
    get hasFailed() {
      return readable !== null;
    },
    write(text) {
      // The parser works at once; what it has found waits to be taken.
      parser.write(text);
      const records: string[][] = [];
      for (let record = parser.read(); record !== null; record = parser.read()) records.push(record);
      return untilFailure(records);
    },
    async end() {
      parser.end();
      return untilFailure(await parser.toArray());
    },
  };
}
