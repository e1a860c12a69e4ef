import { IdentityError } from "#client/src/error.js";
import { type Query, useQuery } from "./use-query.js";
import { useRetryLater } from "./use-retry-later.js";

/** A page of a list. */
interface ListPage<T> {
  page: T;
  /** Counts from 1. */
  number: number;
  /** It is the first page, instead of one that the service no longer knows. */
  isOther: boolean;
}

export interface List<T> extends Query<ListPage<T>> {
  /** When it is read once more; null: no limit is reached. */
  retryAt: Date | null;
}

/**
 * Reads the page of a list that the address names, as `Pager` writes it. `key` names the list. If the token of the page
 * belongs to another list, because somebody changed the filters in the address or kept it for long, it reads the first page.
 */
export function useList<T>(
  key: string,
  params: URLSearchParams,
  read: (pageToken: string, signal: AbortSignal) => Promise<T>,
): List<T> {
  const token = params.get("page") ?? "";
  const number = Number(params.get("number"));
  const list = useQuery(JSON.stringify([key, token]), async (signal): Promise<ListPage<T>> => {
    try {
      const page = await read(token, signal);
      return {
        page,
        number: token && Number.isSafeInteger(number) && number > 1 ? number : 1,
        isOther: false,
      };
    } catch (error) {
      if (token === "" || !(error instanceof IdentityError) || !error.fields.pageToken) throw error;
      return { page: await read("", signal), number: 1, isOther: true };
    }
  });
  return { ...list, retryAt: useRetryLater(list) };
}
