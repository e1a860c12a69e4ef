import type { RecordActs } from "../audit/record.js";
import { type SmsBudgetDeps, sendWithinBudget } from "../sms/send-within-budget.js";
import type { OutgoingMessage } from "../sms/sms-budget.js";
import type { SmsGateway } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";
import type { User } from "../users/user.js";
import { type CountedGuess, DAILY_GUESSES } from "./guess.js";
import type { GuessStore } from "./guess-store.js";

export interface NoticeGuessingDeps extends SmsBudgetDeps {
  guesses: GuessStore;
  sms: SmsGateway;
  background: Background;
  record: RecordActs;
}

/** The wrong password of unknown callers, in 24 hours, with which the history gets a line. */
const RECORDED_GUESSES = 20;
/** Minimum time (s) between two messages to an owner: 7 days. */
const NOTICE_SECONDS = 604_800;

/**
 * Leaves a line in the history with the 20th wrong password of unknown callers, and tells the owner by SMS with the last
 * one that is compared. Both run in the background, so that the response doesn't show that the number has an account.
 */
export function noticeGuessing(deps: NoticeGuessingDeps, user: User, guess: CountedGuess): void {
  if (guess.isKnown || !user.isActive) return;
  if (guess.count === RECORDED_GUESSES) deps.background.run(() => recordGuessing(deps, user));
  if (guess.count === DAILY_GUESSES.unknown) deps.background.run(() => tellOwner(deps, user));
}

async function recordGuessing(deps: NoticeGuessingDeps, { id: accountId }: User): Promise<void> {
  const at = deps.clock.now();
  await deps.database.transaction((tx) =>
    deps.record(tx, { accountId, at, actor: { kind: "system" }, action: "guessing_noticed" }),
  );
}

/** The claim is committed first: a message that fails, or that the budget refuses, is not tried again. */
async function tellOwner(deps: NoticeGuessingDeps, { id, phone }: User): Promise<void> {
  const isClaimed = await deps.guesses.claimNotice(null, id, deps.clock.now(), NOTICE_SECONDS);
  if (!isClaimed) return;
  const message: OutgoingMessage = { phone, callerAddress: null, isVerified: true, priority: "notice" };
  await sendWithinBudget(deps, message, () => deps.sms.sendGuessingNotice(phone));
}
