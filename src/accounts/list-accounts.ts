import { parseOrder } from "../paging/order.js";
import { everyPage, type Page, type PageRequest, readPage } from "../paging/page.js";
import type { PageTokens } from "../paging/page-token.js";
import { parseSearch } from "../paging/search-terms.js";
import type { User } from "../users/user.js";
import { ACCOUNT_ORDERS, type AccountFilter, type AccountOrder, type AccountStore } from "./account-store.js";

export interface ListAccountsDeps {
  directory: AccountStore;
  pageTokens: PageTokens;
}

/** Which accounts an administrator wants, and in which order; null and empty: whatever it is. */
export interface AccountSelection extends Omit<AccountFilter, "search"> {
  search: string;
  orderBy: string;
}

/** A page of the accounts. Throws INVALID_REQUEST for a size, a token or an order that makes no sense. */
export async function listAccounts(
  deps: ListAccountsDeps,
  { pageSize, pageToken, ...selection }: AccountSelection & PageRequest,
): Promise<Page<User>> {
  const { filter, order } = select(selection);
  return readPage(deps.pageTokens, ["users", order, filter], { pageSize, pageToken }, (after, limit) =>
    deps.directory.page(null, { filter, order, after, limit }),
  );
}

/** Every selected account, in pieces. Throws INVALID_REQUEST for an order that makes no sense. */
export async function* allAccounts(
  deps: ListAccountsDeps,
  selection: AccountSelection,
): AsyncGenerator<User[]> {
  const { filter, order } = select(selection);
  yield* everyPage((after, limit) => deps.directory.page(null, { filter, order, after, limit }));
}

function select({ search, orderBy, ...rest }: AccountSelection): {
  filter: AccountFilter;
  order: AccountOrder;
} {
  return { filter: { ...rest, search: parseSearch(search) }, order: parseOrder(ACCOUNT_ORDERS, orderBy) };
}
