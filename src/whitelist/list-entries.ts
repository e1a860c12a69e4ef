import { type Order, parseOrder } from "../paging/order.js";
import { everyPage, everyPart, type Page, type PageRequest, readPage } from "../paging/page.js";
import type { PageTokens } from "../paging/page-token.js";
import { parseSearch } from "../paging/search-terms.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { WhitelistEntry } from "./whitelist-entry.js";
import {
  ENTRY_ORDERS,
  type EntryFilter,
  type WhitelistLists,
  type WhitelistStatistics,
} from "./whitelist-lists.js";

export interface ListEntriesDeps {
  whitelistLists: WhitelistLists;
  pageTokens: PageTokens;
  phoneRules: PhoneRules;
}

/** Which entries to list, and in which order. Null and empty: no filter, the default order. */
export interface EntrySelection extends Omit<EntryFilter, "search" | "addedBy"> {
  search: string;
  /** A phone number in any spelling, or the id of an account. */
  addedBy: string;
  orderBy: string;
}

/**
 * Returns a page of the whitelist, and the number of entries on the whole list.
 * Throws INVALID_REQUEST for an invalid page size, page token or order, PHONE_INVALID or PHONE_LENGTH for an invalid
 * `addedBy`.
 */
export async function listEntries(
  deps: ListEntriesDeps,
  { pageSize, pageToken, ...selection }: EntrySelection & PageRequest,
): Promise<Page<WhitelistEntry> & { statistics: WhitelistStatistics }> {
  const { filter, order } = parseSelection(deps.phoneRules, selection);
  const page = await readPage(
    deps.pageTokens,
    ["whitelist", order, filter],
    { pageSize, pageToken },
    (after, limit) => deps.whitelistLists.page(null, { filter, order, after, limit }),
  );
  return { ...page, statistics: await deps.whitelistLists.statistics(null) };
}

/** Yields all selected entries in batches. Throws as `listEntries` does. */
export async function* allEntries(
  deps: Omit<ListEntriesDeps, "pageTokens">,
  selection: EntrySelection,
): AsyncGenerator<WhitelistEntry[]> {
  const { filter, order } = parseSelection(deps.phoneRules, selection);
  yield* everyPage((after, limit) => deps.whitelistLists.page(null, { filter, order, after, limit }));
}

/**
 * Number of entries that are formatted at a time. More would save little CPU time, and take more memory: with the longest
 * notes, 2,000 records are 8 MB.
 */
const CSV_PAGE_SIZE = 2000;

/** Yields all selected entries as records of a CSV file, in batches. Throws as `listEntries` does. */
export async function* allRecords(
  deps: Omit<ListEntriesDeps, "pageTokens">,
  selection: EntrySelection,
  delimiter: string,
): AsyncGenerator<string> {
  const { filter, order } = parseSelection(deps.phoneRules, selection);
  const pages = everyPart((after) =>
    deps.whitelistLists.csvPage(null, { filter, order, after, limit: CSV_PAGE_SIZE }, delimiter),
  );
  for await (const { records } of pages) yield records;
}

function parseSelection(
  phoneRules: PhoneRules,
  { search, addedBy, orderBy, ...rest }: EntrySelection,
): { filter: EntryFilter; order: Order<(typeof ENTRY_ORDERS)[number]> } {
  return {
    filter: { ...rest, search: parseSearch(search), addedBy: parseAddedBy(phoneRules, addedBy.trim()) },
    order: parseOrder(ENTRY_ORDERS, orderBy),
  };
}

/** Ids have at most 8 digits, phone numbers at least 9. */
function parseAddedBy(phoneRules: PhoneRules, addedBy: string): EntryFilter["addedBy"] {
  if (addedBy === "") return null;
  if (/^\d{1,8}$/.test(addedBy)) return { id: Number(addedBy) };
  return { phone: parsePhone(phoneRules, addedBy, "added_by") };
}
