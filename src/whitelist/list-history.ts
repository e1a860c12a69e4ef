import { everyPage, type Page, type PageRequest, readPage } from "../paging/page.js";
import type { PageTokens } from "../paging/page-token.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { WhitelistChange, WhitelistHistory } from "./whitelist-history.js";

export interface ListHistoryDeps {
  whitelistHistory: WhitelistHistory;
  pageTokens: PageTokens;
  phoneRules: PhoneRules;
}

/**
 * Returns a page of the changes to a number, the latest first.
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, or INVALID_REQUEST for an invalid page size or page token.
 */
export async function listHistory(
  deps: ListHistoryDeps,
  { phone: rawPhone, ...request }: PageRequest & { phone: string },
): Promise<Page<WhitelistChange>> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  return readPage(deps.pageTokens, ["whitelist history", phone], request, (after, limit) =>
    deps.whitelistHistory.page(null, phone, after, limit),
  );
}

/**
 * Yields all changes to a number in batches, the latest first.
 * Throws PHONE_REQUIRED, PHONE_INVALID or PHONE_LENGTH.
 */
export async function* allHistory(
  deps: Omit<ListHistoryDeps, "pageTokens">,
  rawPhone: string,
): AsyncGenerator<WhitelistChange[]> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  yield* everyPage((after, limit) => deps.whitelistHistory.page(null, phone, after, limit));
}
