import type { SmsBudgetRules } from "../config-rates.js";
import type { Database, Tx } from "../db/database.js";
import { addressKey } from "../system/address-key.js";
import type { Clock } from "../system/clock.js";
import { callingCode } from "./calling-code.js";
import { exceededBudget, type OutgoingMessage, type SmsRefusal, SmsRefusedError } from "./sms-budget.js";
import type { BudgetScopes, SmsBudgetStore } from "./sms-budget-store.js";
import { SmsDeliveryUnknownError } from "./sms-gateway.js";

export interface SmsBudgetDeps {
  database: Database;
  smsCounts: SmsBudgetStore;
  smsBudget: SmsBudgetRules;
  clock: Clock;
  /** Reports a refusal, for the log. */
  smsRefused(refusal: SmsRefusal): void;
}

/**
 * Sends a message if the budget has room for it, and counts it before it leaves. A message that certainly did not leave
 * is taken back, and one that the provider did not accept, or perhaps not, counts as failed. However many processes send, no
 * budget is exceeded: they take turns for as long as three statements.
 *
 * Throws SmsRefusedError (SMS_UNAVAILABLE), with nothing sent, when SMS are paused, the country isn't allowed, or a
 * budget is used up; OVERLOADED, with nothing sent, when the database doesn't tell; and what `send` throws.
 */
export async function sendWithinBudget(
  deps: SmsBudgetDeps,
  message: OutgoingMessage,
  send: () => Promise<void>,
): Promise<void> {
  const { phone, callerAddress } = message;
  const address = callerAddress === null ? null : addressKey(callerAddress);
  // A message counts only where it may be refused: or resets of many accounts would use up what registrations need.
  const scopes = message.isVerified
    ? { country: null, address: null }
    : { country: callingCode(phone), address };
  const now = deps.clock.now();
  const refusal = await deps.database.transaction((tx) => count(deps, tx, { message, scopes, now }));
  if (refusal) {
    deps.smsRefused(refusal);
    throw new SmsRefusedError();
  }
  try {
    await send();
  } catch (error) {
    const outcome = { sent: error instanceof SmsDeliveryUnknownError ? 0 : -1, failed: 1 } as const;
    // If this fails, the budget only counts one message too many, and one failure too few.
    await deps.smsCounts.add(null, scopes, now, outcome).catch(() => undefined);
    throw error;
  }
}

async function count(
  deps: SmsBudgetDeps,
  tx: Tx,
  { message, scopes, now }: { message: OutgoingMessage; scopes: BudgetScopes; now: Date },
): Promise<SmsRefusal | null> {
  const { isPaused, budgets } = deps.smsBudget;
  if (isPaused) return { kind: "paused" };
  const { country } = scopes;
  if (country !== null && !(await isCountryAllowed(deps, tx, country))) return { kind: "country" };
  await deps.smsCounts.lock(tx);
  const used = await deps.smsCounts.usage(tx, scopes, now);
  const refusal = exceededBudget(budgets, used, message);
  if (!refusal) await deps.smsCounts.add(tx, scopes, now, { sent: 1, failed: 0 });
  return refusal;
}

/** Whether messages may leave for numbers with this calling code that are not proved. */
export async function isCountryAllowed(
  { smsBudget, smsCounts }: Pick<SmsBudgetDeps, "smsBudget" | "smsCounts">,
  tx: Tx | null,
  country: string,
): Promise<boolean> {
  return smsBudget.countries?.includes(country) ?? smsCounts.isCountryListed(tx, country);
}
