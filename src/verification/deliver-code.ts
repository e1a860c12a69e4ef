import type { Database, Tx } from "../db/database.js";
import { type SmsBudgetDeps, sendWithinBudget } from "../sms/send-within-budget.js";
import type { OutgoingMessage } from "../sms/sms-budget.js";
import { SmsDeliveryUnknownError } from "../sms/sms-gateway.js";
import type { SmsQuotaStore } from "./sms-quota-store.js";

export interface DeliverCodeDeps extends SmsBudgetDeps {
  database: Database;
  smsQuota: SmsQuotaStore;
}

/**
 * Sends an issued code with `send` if the budget has room for it, and records that the provider accepted it. If sending
 * fails, `withdraw` removes the code and the error is rethrown. A message that may have left all the same stays counted
 * towards the quota.
 */
export async function deliverCode(
  deps: DeliverCodeDeps,
  id: string,
  {
    message,
    send,
    withdraw,
  }: { message: OutgoingMessage; send(): Promise<void>; withdraw(tx: Tx): Promise<void> },
): Promise<void> {
  try {
    await sendWithinBudget(deps, message, send);
  } catch (error) {
    await deps.database.transaction(async (tx) => {
      await withdraw(tx);
      if (!(error instanceof SmsDeliveryUnknownError)) await deps.smsQuota.remove(tx, id);
    });
    throw error;
  }
  // The message has left, so a failure here must not fail the call: the challenge only says less than is known.
  await deps.smsQuota.markAccepted(null, id).catch(() => undefined);
}
