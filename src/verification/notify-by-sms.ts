import { type SmsBudgetDeps, sendWithinBudget } from "../sms/send-within-budget.js";
import type { OutgoingMessage } from "../sms/sms-budget.js";
import type { Operation, SmsGateway } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";

export interface NotifyBySmsDeps extends SmsBudgetDeps {
  sms: SmsGateway;
  background: Background;
}

/**
 * Confirms a completed operation by SMS, if the budget has room for it. A failure is only logged, because the operation
 * is already done. Resolves at once, except when too many background jobs are pending: then the message is sent first,
 * so that nobody can keep a warning from an owner with a flood of other calls.
 */
export function notifyBySms(
  deps: NotifyBySmsDeps,
  phone: string,
  operation: Operation,
  details?: string,
): Promise<void> {
  return send(deps, phone, () => deps.sms.sendConfirmation(phone, operation, details));
}

/** Tells a number about an operation that is not done, with the whole text. Resolves as `notifyBySms` does. */
export function warnBySms(
  deps: NotifyBySmsDeps,
  phone: string,
  operation: Operation,
  text: string,
): Promise<void> {
  return send(deps, phone, () => deps.sms.sendNotice(phone, operation, text));
}

async function send(deps: NotifyBySmsDeps, phone: string, work: () => Promise<void>): Promise<void> {
  const message: OutgoingMessage = { phone, callerAddress: null, isVerified: true, priority: "owner" };
  const job = () => sendWithinBudget(deps, message, work);
  if (!deps.background.run(job)) await job().catch(() => undefined);
}
