import { LRUCache } from "lru-cache";
import type { RecordActs } from "../audit/record.js";
import { type SmsBudgetDeps, sendWithinBudget } from "../sms/send-within-budget.js";
import type { OutgoingMessage } from "../sms/sms-budget.js";
import { SmsDeliveryUnknownError, type SmsGateway } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";
import { addSeconds } from "../system/clock.js";
import type { User } from "../users/user.js";
import { DAILY_GUESSES } from "./guess.js";
import type { GuessingNoticeStore, NoticeKind } from "./notice-store.js";

export interface NoticeGuessingDeps extends SmsBudgetDeps {
  guessingNotices: GuessingNoticeStore;
  noticeMemory: NoticeMemory;
  sms: SmsGateway;
  background: Background;
  record: RecordActs;
}

/** The wrong password of unknown callers, in 24 hours, with which the history gets a line. */
const RECORDED_GUESSES = 20;
/** Minimum time (s) between two lines in the history of an account. */
const LINE_SECONDS = 86_400;
/** Minimum time (s) between two messages to an owner: 7 days. */
const MESSAGE_SECONDS = 604_800;
/** Time (s) after which a message that did not leave is tried again, and a process asks again whether a notice is due. */
const RETRY_SECONDS = 600;

/** How many notices a process remembers. A forgotten one costs a statement. */
const MAX_REMEMBERED = 10_000;

/**
 * Until when no notice is due, as far as this process knows: a flood of guesses would otherwise cost a statement each.
 * The database decides.
 */
export type NoticeMemory = LRUCache<string, Date>;

export function createNoticeMemory(): NoticeMemory {
  return new LRUCache({ max: MAX_REMEMBERED });
}

/**
 * Leaves a line in the history of an account whose number has had 20 wrong passwords of unknown callers in 24 hours, once
 * in 24 hours, and tells the owner by SMS when all 100 are used up, once in 7 days. Call it for every password that is
 * wrong or refused: a notice that fails comes with a later one. Both run in the background, so that the response doesn't
 * show that the number has an account.
 */
export function noticeGuessing(
  deps: NoticeGuessingDeps,
  user: User,
  { isKnown, count }: { isKnown: boolean; count: number },
): void {
  if (isKnown || !user.isActive) return;
  if (count >= RECORDED_GUESSES) leaveIfDue(deps, "line", user, recordGuessing);
  if (count >= DAILY_GUESSES.unknown) leaveIfDue(deps, "message", user, tellOwner);
}

/** `leave` returns when the next notice is due. */
function leaveIfDue(
  deps: NoticeGuessingDeps,
  kind: NoticeKind,
  user: User,
  leave: (deps: NoticeGuessingDeps, user: User) => Promise<Date>,
): void {
  const { noticeMemory, background } = deps;
  const key = `${kind}:${user.id}`;
  const now = deps.clock.now();
  if ((noticeMemory.get(key) ?? now) > now) return;
  // Another process may have claimed the notice and fail, so no process relies on what it knows for longer.
  const askAgainAt = addSeconds(now, RETRY_SECONDS);
  const isScheduled = background.run(async () => {
    try {
      const dueAt = await leave(deps, user);
      noticeMemory.set(key, dueAt < askAgainAt ? dueAt : askAgainAt);
    } catch (error) {
      noticeMemory.delete(key);
      throw error;
    }
  });
  if (isScheduled) noticeMemory.set(key, askAgainAt);
}

function recordGuessing(deps: NoticeGuessingDeps, { id }: User): Promise<Date> {
  const now = deps.clock.now();
  const notice = { userId: id, now, until: addSeconds(now, LINE_SECONDS) };
  return deps.database.transaction(async (tx) => {
    const { isClaimed, dueAt } = await deps.guessingNotices.claim(tx, "line", notice);
    const act = { accountId: id, at: now, actor: { kind: "system" } } as const;
    if (isClaimed) await deps.record(tx, { ...act, action: "guessing_noticed" });
    return dueAt;
  });
}

/**
 * The claim holds for ten minutes, and for 7 days only once the message has left or may have. So a message that fails, or
 * that the budget refuses, is tried again, even if the process dies.
 */
async function tellOwner(deps: NoticeGuessingDeps, { id, phone }: User): Promise<Date> {
  const now = deps.clock.now();
  const notice = { userId: id, now, until: addSeconds(now, RETRY_SECONDS) };
  const { isClaimed, dueAt } = await deps.guessingNotices.claim(null, "message", notice);
  if (!isClaimed) return dueAt;
  const postpone = () => deps.guessingNotices.postponeMessage(null, id, addSeconds(now, MESSAGE_SECONDS));
  const message: OutgoingMessage = { phone, callerAddress: null, isVerified: true, priority: "notice" };
  try {
    await sendWithinBudget(deps, message, () => deps.sms.sendGuessingNotice(phone));
  } catch (error) {
    if (error instanceof SmsDeliveryUnknownError) await postpone();
    throw error;
  }
  await postpone();
  return dueAt;
}
