import { parseOrder } from "../paging/order.js";
import { everyPage, type Page, type PageRequest, readPage } from "../paging/page.js";
import type { PageTokens } from "../paging/page-token.js";
import { parseSearch } from "../paging/search-terms.js";
import type { Clock } from "../system/clock.js";
import type { Account } from "./account.js";
import { ACCOUNT_ORDERS, type AccountFilter, type AccountOrder } from "./account-page.js";
import type { AccountStore } from "./account-store.js";
import type { AccountStatistics, AccountStatisticsStore } from "./statistics-store.js";

export interface ListAccountsDeps {
  accounts: AccountStore;
  accountStatistics: AccountStatisticsStore;
  pageTokens: PageTokens;
  clock: Clock;
}

/** Which accounts to list, and in which order. Null and empty: no filter, the default order. */
export interface AccountSelection extends Omit<AccountFilter, "search"> {
  search: string;
  orderBy: string;
}

/**
 * Returns a page of accounts, and the numbers of all accounts, whatever the filters. Throws INVALID_REQUEST for an invalid
 * page size, page token or order.
 */
export async function listAccounts(
  deps: ListAccountsDeps,
  { pageSize, pageToken, ...selection }: AccountSelection & PageRequest,
): Promise<Page<Account> & { statistics: AccountStatistics }> {
  const { filter, order } = select(selection);
  const page = await readPage(
    deps.pageTokens,
    ["users", order, filter],
    { pageSize, pageToken },
    (after, limit) => deps.accounts.page(null, { filter, order, after, limit }),
  );
  return { ...page, statistics: await deps.accountStatistics.read(null, deps.clock.now()) };
}

/** Yields all selected accounts in batches. Throws INVALID_REQUEST for an invalid order. */
export async function* allAccounts(
  deps: Pick<ListAccountsDeps, "accounts">,
  selection: AccountSelection,
): AsyncGenerator<Account[]> {
  const { filter, order } = select(selection);
  yield* everyPage((after, limit) => deps.accounts.page(null, { filter, order, after, limit }));
}

function select({ search, orderBy, ...rest }: AccountSelection): {
  filter: AccountFilter;
  order: AccountOrder;
} {
  return { filter: { ...rest, search: parseSearch(search) }, order: parseOrder(ACCOUNT_ORDERS, orderBy) };
}
