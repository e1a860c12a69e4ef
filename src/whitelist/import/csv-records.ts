import { type Parser, parse } from "csv-parse";

/** A record, or null if it cannot be read: it has an unclosed quote, or is longer than MAX_RECORD_LENGTH. */
export type CsvRecord = readonly string[] | null;

/** Maximum characters of a record. Bounds the memory that an unclosed quote can take. */
const MAX_RECORD_LENGTH = 16_384;

/**
 * Yields the records of a CSV file in batches, as its chunks arrive (RFC 4180; quotes inside an unquoted field are
 * literal, any line break ends a record). A null is always the last record.
 */
export async function* readCsvRecords(chunks: AsyncIterable<string>): AsyncGenerator<CsvRecord[]> {
  let pending = "";
  let reader: RecordReader | null = null;
  for await (const chunk of chunks) {
    pending += chunk;
    // The parser needs the delimiter, which shows in the first record with two fields.
    if (!reader && findDelimiter(pending) === null && pending.length < MAX_RECORD_LENGTH) continue;
    reader ??= createRecordReader(findDelimiter(pending) ?? ",");
    yield reader.write(pending);
    pending = "";
    if (reader.hasFailed) return;
  }
  reader ??= createRecordReader(",");
  yield [...reader.write(pending), ...(reader.hasFailed ? [] : await reader.end())];
}

/**
 * The first comma, semicolon or tab outside quotes. It ends the first field, which is a phone number or a column name
 * and contains none of them.
 */
function findDelimiter(text: string): string | null {
  return /[,;\t]/.exec(text.replace(/"[^"]*("|$)/g, ""))?.[0] ?? null;
}

interface RecordReader {
  readonly hasFailed: boolean;
  write(text: string): CsvRecord[];
  end(): Promise<CsvRecord[]>;
}

function createRecordReader(delimiter: string): RecordReader {
  /** Unread records before the one that cannot be read; null: no such record. */
  let readableCount: number | null = null;
  const parser: Parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_LENGTH,
    skip_records_with_error: true,
    on_skip: () => {
      readableCount ??= parser.readableLength;
      return undefined;
    },
  });

  function untilFailure(records: string[][]): CsvRecord[] {
    return readableCount === null ? records : [...records.slice(0, readableCount), null];
  }

  return {
    get hasFailed() {
      return readableCount !== null;
    },
    write(text) {
      // The parser works synchronously; its records can be read at once.
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
