import type { HistoryStore } from "../audit/history-store.js";
import { latestActs, type RecordedAct } from "../audit/read-history.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import { type Page, type PageRequest, readPage } from "../paging/page.js";
import type { PageTokens } from "../paging/page-token.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { Credentials, UserStore } from "../users/user-store.js";
import { type AccountReader, readableAccount, type ViewAccountDeps, viewAccount } from "./view-account.js";

export interface ListAccountHistoryDeps extends ViewAccountDeps {
  users: UserStore;
  history: HistoryStore;
  pageTokens: PageTokens;
  phoneRules: PhoneRules;
}

export interface ListAccountHistoryInput extends PageRequest {
  /** A phone number in any spelling, or the id of an account, which may be gone. */
  phone: string;
  /** Without the reads of administrators. */
  omitViews: boolean;
  reader: AccountReader;
}

/**
 * Returns a page of the acts on an account, latest first. The history of the account has the read of the first page, also with
 * `omitViews`. Nobody else can use the token of that page.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH; ACCOUNT_NOT_FOUND; SUPERUSER_REQUIRED for the account of a superuser
 * if the reader is not one; or INVALID_REQUEST for an invalid page size or page token.
 */
export async function listAccountHistory(
  deps: ListAccountHistoryDeps,
  { reader, omitViews, ...request }: ListAccountHistoryInput,
): Promise<Page<RecordedAct>> {
  const read = async (tx: Tx | null) => {
    const { id, account } = await findAccount(deps, tx, request.phone, reader);
    const value = await readPage(
      deps.pageTokens,
      // The tokens of the whole history are those of the version before, which knows no other.
      ["account history", id, reader.user.id, ...(omitViews ? ["without views"] : [])],
      request,
      (after, limit) => latestActs(deps, tx, id, after, { limit, omitViews }),
    );
    if (!account && value.rows.length === 0) throw new DomainError("ACCOUNT_NOT_FOUND");
    return { accountId: account?.user.id ?? null, value };
  };
  if (request.pageToken !== "") return (await read(null)).value;
  return viewAccount(deps, { reader, part: "history" }, read);
}

/** Returns the id of the account, and the account unless it is gone. Ids have at most 8 digits, phone numbers at least 9. */
async function findAccount(
  deps: ListAccountHistoryDeps,
  tx: Tx | null,
  phoneOrId: string,
  reader: AccountReader,
): Promise<{ id: number; account: Credentials | null }> {
  const text = phoneOrId.trim();
  if (/^\d{1,8}$/.test(text)) {
    const id = Number(text);
    return { id, account: readableAccount(await deps.users.findById(tx, id), reader) };
  }
  const phone = parsePhone(deps.phoneRules, text);
  const account = readableAccount(await deps.users.findByPhone(tx, phone), reader);
  if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
  return { id: account.user.id, account };
}
