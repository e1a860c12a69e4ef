import type { Operation, SmsGateway } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";

export interface NotifyBySmsDeps {
  sms: SmsGateway;
  background: Background;
}

/**
 * Confirms a completed operation by SMS. A failure is only logged, because the operation is already done. Resolves at
 * once, except when too many background jobs are pending: then the message is sent first, so that nobody can keep a
 * warning from an owner with a flood of other calls.
 */
export function notifyBySms(
  deps: NotifyBySmsDeps,
  phone: string,
  operation: Operation,
  details?: string,
): Promise<void> {
  return runJob(deps.background, () => deps.sms.sendConfirmation(phone, operation, details));
}

/** Tells a number about an operation that is not done, with the whole text. Resolves as `notifyBySms` does. */
export function warnBySms(
  deps: NotifyBySmsDeps,
  phone: string,
  operation: Operation,
  text: string,
): Promise<void> {
  return runJob(deps.background, () => deps.sms.sendNotice(phone, operation, text));
}

async function runJob(background: Background, job: () => Promise<void>): Promise<void> {
  if (!background.run(job)) await job().catch(() => undefined);
}
