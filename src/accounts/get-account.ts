import type { SmsBudgetRules } from "../config-rates.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Waiting, WaitingStore } from "../registrations/waiting-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import { callingCode } from "../sms/calling-code.js";
import { isCountryAllowed } from "../sms/send-within-budget.js";
import type { SmsBudgetStore } from "../sms/sms-budget-store.js";
import { addSeconds, type Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { UserStore } from "../users/user-store.js";
import type { CodeStore, ValidCode } from "../verification/code-store.js";
import { type NextSend, nextSends } from "../verification/next-sends.js";
import { QUOTA_SECONDS, type Send } from "../verification/sms-quota.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";
import { type Account, accountOf } from "./account.js";
import type { WhitelistItem } from "./account-message.js";
import { type AccountReader, readableAccount, type ViewAccountDeps, viewAccount } from "./view-account.js";

export interface ReadAccountPageDeps {
  users: UserStore;
  sessions: SessionStore;
  waiting: WaitingStore;
  codes: CodeStore;
  smsQuota: SmsQuotaStore;
  smsCounts: SmsBudgetStore;
  smsBudget: SmsBudgetRules;
  clock: Clock;
  phoneRules: PhoneRules;
  /** The whitelist's entry of a number, as administrators see it; null if it has none. */
  findWhitelistItem(tx: Tx | null, phone: string): Promise<WhitelistItem | null>;
}

/** What administrators need to know of a phone number, to tell why somebody gets no SMS or can't sign in. No secrets. */
export interface AccountPage {
  /** The number in its normal form. */
  phone: string;
  /** Null: the number has no account. */
  account: Account | null;
  whitelistItem: WhitelistItem | null;
  openSessionCount: number;
  /** Codes sent to the number in the last 24 hours, newest first. */
  sends: readonly Send[];
  nextSends: readonly NextSend[];
  waiting: Waiting;
  /** The account's codes for operations, newest first, wherever they were sent to. */
  codes: readonly ValidCode[];
  isSmsPaused: boolean;
  /** Whether messages may leave for numbers of this country that have no account. */
  isCountryAllowed: boolean;
}

export type GetAccountDeps = ReadAccountPageDeps & ViewAccountDeps;

/**
 * Returns the page of a phone number. The history of its account, if it has one, has the read.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH; SUPERUSER_REQUIRED for the account of a superuser if the reader is
 * not one; or ACCOUNT_NOT_FOUND if the number has no account, no registration that waits, no send in 24 hours, and isn't on
 * the whitelist.
 */
export async function getAccount(
  deps: GetAccountDeps,
  { phone, reader }: { phone: string; reader: AccountReader },
): Promise<AccountPage> {
  return viewAccount(deps, { reader, part: "account" }, async (tx) => {
    const value = await readAccountPage(deps, tx, { phone, reader });
    return { accountId: value.account?.id ?? null, value };
  });
}

/** The same, which nobody records. `reader` is null for the command line. */
export async function readAccountPage(
  deps: ReadAccountPageDeps,
  tx: Tx | null,
  { phone: rawPhone, reader }: { phone: string; reader: AccountReader | null },
): Promise<AccountPage> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  const now = deps.clock.now();
  const found = readableAccount(await deps.users.findByPhone(tx, phone), reader);
  const sends = await deps.smsQuota.recent(tx, phone, addSeconds(now, -QUOTA_SECONDS));
  const waiting = await deps.waiting.find(tx, phone, now);
  const whitelistItem = await deps.findWhitelistItem(tx, phone);
  const isKnown = found || whitelistItem || sends.length + waiting.registrations.length > 0;
  if (!isKnown) throw new DomainError("ACCOUNT_NOT_FOUND");
  const id = found?.user.id ?? null;
  return {
    phone,
    account: found && accountOf(found),
    whitelistItem,
    openSessionCount: id === null ? 0 : (await deps.sessions.list(tx, id, null)).length,
    sends,
    nextSends: nextSends(sends, now),
    waiting,
    codes: id === null ? [] : await deps.codes.findValid(tx, id, now),
    isSmsPaused: deps.smsBudget.isPaused,
    isCountryAllowed: await isCountryAllowed(deps, tx, callingCode(phone)),
  };
}
