import { invalidField } from "../errors.js";
import type { PageTokens, Position } from "./page-token.js";

/** The paging fields of a list request. */
export interface PageRequest {
  /** 0: MAX_PAGE_SIZE. */
  pageSize: number;
  /** Empty: the first page. */
  pageToken: string;
}

export interface Page<Row> {
  rows: Row[];
  /** Empty: this is the last page. */
  nextPageToken: string;
}

/** A row of a list and its position. */
export interface Placed<Row> {
  row: Row;
  position: Position;
}

/** Maximum and default number of rows in a page. */
const MAX_PAGE_SIZE = 1000;

/**
 * Reads a page of `list`, a value that identifies the list with its filters and order. `read` returns at most `limit`
 * rows after a position. Throws INVALID_REQUEST for a negative page size, or a token that does not belong to the list.
 */
export async function readPage<Row>(
  tokens: PageTokens,
  list: unknown,
  request: PageRequest,
  read: (after: Position | null, limit: number) => Promise<Placed<Row>[]>,
): Promise<Page<Row>> {
  const size = effectiveSize(request.pageSize);
  // One extra row tells whether there is a next page.
  const placed = await read(tokens.read(list, request.pageToken), size + 1);
  const last = placed.length > size ? placed[size - 1] : undefined;
  return {
    rows: placed.slice(0, size).map(({ row }) => row),
    nextPageToken: last ? tokens.issue(list, last.position) : "",
  };
}

/** Yields all rows of a list in batches, each read on demand. */
export async function* everyPage<Row>(
  read: (after: Position | null, limit: number) => Promise<Placed<Row>[]>,
): AsyncGenerator<Row[]> {
  const parts = everyPart(async (after) => {
    const placed = await read(after, MAX_PAGE_SIZE);
    const next = placed.length === MAX_PAGE_SIZE ? (placed.at(-1)?.position ?? null) : null;
    return { rows: placed.map(({ row }) => row), next };
  });
  for await (const { rows } of parts) if (rows.length > 0) yield rows;
}

/**
 * Yields a list in parts, each read on demand after the position that the one before gives as `next`; null ends the list.
 */
export async function* everyPart<Part extends { next: Position | null }>(
  read: (after: Position | null) => Promise<Part>,
): AsyncGenerator<Part> {
  let after: Position | null = null;
  do {
    const part: Part = await read(after);
    yield part;
    after = part.next;
  } while (after);
}

function effectiveSize(pageSize: number): number {
  if (pageSize < 0) throw invalidField("page_size", (m) => m.fieldInvalid);
  return pageSize === 0 ? MAX_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
}
