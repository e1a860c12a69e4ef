import { invalidField } from "../errors.js";
import type { PageTokens, Position } from "./page-token.js";

/** What a client asks of a list, beside its filters. */
export interface PageRequest {
  /** 0: as many as a page may have. */
  pageSize: number;
  /** Empty: the first page. */
  pageToken: string;
}

export interface Page<Row> {
  rows: Row[];
  /** Empty: there is nothing after this page. */
  nextPageToken: string;
}

/** A row of a list and where it stands. */
export interface Placed<Row> {
  row: Row;
  position: Position;
}

/** Rows that a page has at most, and unless fewer are asked for. */
export const MAX_PAGE_SIZE = 1000;

/**
 * A page of `list`, which tells apart lists, their filters and their order. `read` reads at most `limit` rows after a
 * position. Throws INVALID_REQUEST for a negative size, and for a token that is not one of this list.
 */
export async function readPage<Row>(
  tokens: PageTokens,
  list: unknown,
  request: PageRequest,
  read: (after: Position | null, limit: number) => Promise<Placed<Row>[]>,
): Promise<Page<Row>> {
  const size = pageSize(request.pageSize);
  // One more than asked for tells whether there is a next page.
  const placed = await read(tokens.read(list, request.pageToken), size + 1);
  const last = placed.length > size ? placed[size - 1] : undefined;
  return {
    rows: placed.slice(0, size).map(({ row }) => row),
    nextPageToken: last ? tokens.issue(list, last.position) : "",
  };
}

/** All rows of a list in pieces; each is read when it is asked for. */
export async function* everyPage<Row>(
  read: (after: Position | null, limit: number) => Promise<Placed<Row>[]>,
): AsyncGenerator<Row[]> {
  let after: Position | null = null;
  do {
    const placed: Placed<Row>[] = await read(after, MAX_PAGE_SIZE);
    if (placed.length > 0) yield placed.map(({ row }) => row);
    after = placed.length === MAX_PAGE_SIZE ? (placed.at(-1)?.position ?? null) : null;
  } while (after);
}

function pageSize(asked: number): number {
  if (asked < 0) {
    throw invalidField("page_size", (m) => m.fieldInvalid);
  }
  return asked === 0 ? MAX_PAGE_SIZE : Math.min(asked, MAX_PAGE_SIZE);
}
