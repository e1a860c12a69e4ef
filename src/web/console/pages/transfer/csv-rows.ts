/** A row of a CSV file, or null if it can't be read: it has an unclosed quote, or is too long. */
export type CsvRow = readonly string[] | null;

/** As the service has it: bytes of a field, and characters of those before it. */
const MAX_ROW_LENGTH = 16_384;

const LINE_BREAKS: ReadonlySet<string> = new Set(["\n", "\r"]);

/** Of a file with one column. */
const DEFAULT_DELIMITER = ",";

/**
 * Yields the rows of a CSV file as the service reads them, blank ones and the header too, so that the first is its line 1
 * (RFC 4180; quotes inside an unquoted field are literal, any line break ends a row). A null is always the last row.
 * `onDelimiter` gets what separates the cells, before the first row.
 */
export async function* readCsvRows(
  texts: AsyncIterable<string>,
  onDelimiter: (delimiter: string) => void = () => {},
): AsyncGenerator<CsvRow> {
  let pending = "";
  let reader: RowReader | null = null;
  const open = (delimiter: string) => {
    onDelimiter(delimiter);
    return createRowReader(delimiter);
  };
  for await (const text of texts) {
    pending += text;
    if (!reader && findDelimiter(pending) === null && pending.length < MAX_ROW_LENGTH) continue;
    reader ??= open(findDelimiter(pending) ?? DEFAULT_DELIMITER);
    yield* reader.write(pending);
    pending = "";
    if (reader.hasFailed) return;
  }
  reader ??= open(DEFAULT_DELIMITER);
  yield* reader.write(pending);
  if (!reader.hasFailed) yield* reader.end();
}

/** The first comma, semicolon or tab outside quotes; null: there is none. */
function findDelimiter(text: string): string | null {
  return /[,;\t]/.exec(text.replace(/"[^"]*("|$)/g, ""))?.[0] ?? null;
}

interface RowReader {
  readonly hasFailed: boolean;
  write(text: string): CsvRow[];
  end(): CsvRow[];
}

function createRowReader(delimiter: string): RowReader {
  let rows: CsvRow[] = [];
  let row: string[] = [];
  let rowLength = 0;
  let field = "";
  let fieldBytes = 0;
  let isQuoting = false;
  /** The field was in quotes, and may be empty. */
  let wasQuoting = false;
  let hasFailed = false;
  let unread = "";

  function fail(): void {
    hasFailed = true;
    rows.push(null);
  }

  function append(text: string): void {
    const bytes = byteLength(text);
    if (rowLength + fieldBytes + bytes - 1 > MAX_ROW_LENGTH) {
      fail();
      return;
    }
    field += text;
    fieldBytes += bytes;
  }

  function endField(): void {
    row.push(field);
    rowLength += field.length;
    field = "";
    fieldBytes = 0;
    wasQuoting = false;
  }

  function endRow(): void {
    endField();
    rows.push(row);
    row = [];
    rowLength = 0;
  }

  const endsField = (next: string | undefined) =>
    next === undefined || next === delimiter || LINE_BREAKS.has(next);

  /** Reads one step inside quotes. Returns how many characters it took. */
  function stepQuoted(character: string, next: string | undefined): number {
    if (character !== '"' || next === '"') {
      append(character);
      return character === '"' ? 2 : 1;
    }
    isQuoting = false;
    wasQuoting = true;
    if (endsField(next)) return 1;
    // The quotes belong to the text.
    field = `"${field}`;
    fieldBytes += 1;
    append(character);
    return 1;
  }

  function stepUnquoted(character: string, next: string | undefined): number {
    if (LINE_BREAKS.has(character)) {
      endRow();
      return character + next === "\r\n" ? 2 : 1;
    }
    if (character === '"' && field === "") isQuoting = true;
    else if (character === delimiter) endField();
    else append(character);
    return 1;
  }

  /** Reads all characters before `end`, for which the one behind each is known. */
  function read(text: string, end: number): CsvRow[] {
    let at = 0;
    while (at < end && !hasFailed) {
      at += (isQuoting ? stepQuoted : stepUnquoted)(text[at]!, text[at + 1]);
    }
    unread = text.slice(at);
    const read = rows;
    rows = [];
    return read;
  }

  return {
    get hasFailed() {
      return hasFailed;
    },
    write: (text) => read(unread + text, unread.length + text.length - 1),
    end() {
      const last = read(unread, unread.length);
      if (hasFailed) return last;
      if (isQuoting) fail();
      else if (wasQuoting || row.length > 0 || field !== "") endRow();
      return [...last, ...rows];
    },
  };
}

/** The bytes of a UTF-16 unit in UTF-8. */
function byteLength(unit: string): number {
  const code = unit.charCodeAt(0);
  if (code < 0x80) return 1;
  return code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
}
