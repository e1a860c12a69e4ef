import { IdentityError } from "#client/src/error.js";

/** Which page of a list the address names, as `Pager` writes it. */
export interface PageParams {
  /** Empty: the first page. */
  token: string;
  /** Counts from 1. */
  number: number;
}

export function readPage(params: URLSearchParams): PageParams {
  const token = params.get("page") ?? "";
  const number = Number(params.get("number"));
  return { token, number: token && Number.isSafeInteger(number) && number > 1 ? number : 1 };
}

/**
 * Reads a page, or the first one, with `isOther`, if the token belongs to another list: somebody changed the filters in
 * the address, or has kept it for long.
 */
export async function readPageOrFirst<T>(
  { token, number }: PageParams,
  read: (pageToken: string) => Promise<T>,
): Promise<{ page: T; number: number; isOther: boolean }> {
  try {
    return { page: await read(token), number, isOther: false };
  } catch (error) {
    if (token === "" || !(error instanceof IdentityError) || !error.fields.pageToken) throw error;
    return { page: await read(""), number: 1, isOther: true };
  }
}
