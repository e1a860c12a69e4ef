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
 * A page of what happened to a number, the latest first.
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, or INVALID_REQUEST for a size or token that makes no sense.
 */
export async function listHistory(
  deps: ListHistoryDeps,
  { phone: text, ...request }: PageRequest & { phone: string },
): Promise<Page<WhitelistChange>> {
  const phone = parsePhone(deps.phoneRules, text);
  return readPage(deps.pageTokens, ["whitelist history", phone], request, (after, limit) =>
    deps.whitelistHistory.page(null, phone, after, limit),
  );
}

/** All that happened to a number, in pieces. Throws PHONE_REQUIRED, PHONE_INVALID or PHONE_LENGTH. */
export async function* allHistory(deps: ListHistoryDeps, text: string): AsyncGenerator<WhitelistChange[]> {
  const phone = parsePhone(deps.phoneRules, text);
  yield* everyPage((after, limit) => deps.whitelistHistory.page(null, phone, after, limit));
}
