import type { SmsBudgets } from "../config-rates.js";
import { DomainError } from "../errors.js";

/** What the messages of a budget are counted by. */
export type BudgetName = keyof SmsBudgets;
type BudgetPeriod = "hour" | "day";

/** Messages that left in the last hour and in the last 24 hours. */
export type Usage = Readonly<Record<BudgetPeriod, number>>;

/**
 * How much of a budget messages may use: `owner` (an owner who is signed in or calls from a known address, and
 * confirmations) all of it, `ordinary` what is not kept for owners, `notice` (which nobody waits for) half.
 */
export type MessagePriority = "owner" | "ordinary" | "notice";

const SHARES: Readonly<Record<MessagePriority, number>> = { owner: 1, ordinary: 0.8, notice: 0.5 };

/** A message that is about to leave. */
export interface OutgoingMessage {
  phone: string;
  /** The IP address that asked for it; null for a message that nobody asked for. */
  callerAddress: string | null;
  /** Whether the number is proved: it was an account's when the message was decided on. */
  isVerified: boolean;
  priority: MessagePriority;
}

/** Why the budget refuses a message. `limit` is the part of the budget that the message may use. */
export type SmsRefusal =
  | { kind: "paused" | "country" }
  | { kind: "budget"; budget: BudgetName; period: BudgetPeriod; limit: number; used: number };

/** SMS_UNAVAILABLE for a message that the budget refuses. It has been reported. */
export class SmsRefusedError extends DomainError {
  constructor() {
    super("SMS_UNAVAILABLE");
  }
}

/**
 * The budget that has no room for a message; null if all have. A proved number is refused only by the total: strangers
 * can use up the other two.
 */
export function exceededBudget(
  budgets: SmsBudgets,
  used: Readonly<Record<BudgetName, Usage>>,
  { isVerified, priority }: Pick<OutgoingMessage, "isVerified" | "priority">,
): SmsRefusal | null {
  const names: readonly BudgetName[] = isVerified ? ["total"] : ["total", "country", "address"];
  for (const budget of names) {
    for (const period of ["hour", "day"] as const) {
      const whole = budgets[budget][period];
      if (whole === null) continue;
      // Rounded up: a limit of one would otherwise be for owners alone.
      const limit = Math.ceil(whole * SHARES[priority]);
      const count = used[budget][period];
      if (count >= limit) return { kind: "budget", budget, period, limit, used: count };
    }
  }
  return null;
}

/** The used part of a budget, 0 to 1, by period; a period without a limit is absent. */
export function budgetUse(
  budget: SmsBudgets[BudgetName],
  used: Usage,
): Partial<Record<BudgetPeriod, number>> {
  const limited = (["hour", "day"] as const).flatMap((period) => {
    const limit = budget[period];
    return limit === null ? [] : [[period, used[period] / limit] as const];
  });
  return Object.fromEntries(limited);
}
