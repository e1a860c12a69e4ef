import { type Order, parseOrder } from "../paging/order.js";
import { everyPage, type Page, type PageRequest, readPage } from "../paging/page.js";
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

/** Which entries an administrator wants, and in which order; null and empty: whatever it is. */
export interface EntrySelection extends Omit<EntryFilter, "search" | "addedBy"> {
  search: string;
  /** A phone number in any spelling, or the id of an account. */
  addedBy: string;
  orderBy: string;
}

/**
 * A page of the whitelist, and how many entries the whole of it has.
 * Throws INVALID_REQUEST for a size, a token or an order that makes no sense, PHONE_INVALID and PHONE_LENGTH for an
 * adder.
 */
export async function listEntries(
  deps: ListEntriesDeps,
  { pageSize, pageToken, ...selection }: EntrySelection & PageRequest,
): Promise<Page<WhitelistEntry> & { statistics: WhitelistStatistics }> {
  const { filter, order } = select(deps, selection);
  const page = await readPage(
    deps.pageTokens,
    ["whitelist", order, filter],
    { pageSize, pageToken },
    (after, limit) => deps.whitelistLists.page(null, { filter, order, after, limit }),
  );
  return { ...page, statistics: await deps.whitelistLists.statistics(null) };
}

/** Every selected entry, in pieces. Throws as `listEntries` does. */
export async function* allEntries(
  deps: ListEntriesDeps,
  selection: EntrySelection,
): AsyncGenerator<WhitelistEntry[]> {
  const { filter, order } = select(deps, selection);
  yield* everyPage((after, limit) => deps.whitelistLists.page(null, { filter, order, after, limit }));
}

function select(
  deps: Pick<ListEntriesDeps, "phoneRules">,
  { search, addedBy, orderBy, ...rest }: EntrySelection,
): { filter: EntryFilter; order: Order<(typeof ENTRY_ORDERS)[number]> } {
  return {
    filter: { ...rest, search: parseSearch(search), addedBy: adder(deps, addedBy.trim()) },
    order: parseOrder(ENTRY_ORDERS, orderBy),
  };
}

/** No phone number has as few digits as an id here has at most. */
function adder({ phoneRules }: Pick<ListEntriesDeps, "phoneRules">, text: string): EntryFilter["addedBy"] {
  if (text === "") return null;
  return /^\d{1,8}$/.test(text) ? { id: Number(text) } : { phone: parsePhone(phoneRules, text, "added_by") };
}
