import type { Operation, SmsGateway } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";

export interface NotifyBySmsDeps {
  sms: SmsGateway;
  background: Background;
}

/**
 * Confirms a completed operation by SMS, in the background. A failure is only logged, because the operation is already
 * done.
 */
export function notifyBySms(
  deps: NotifyBySmsDeps,
  phone: string,
  operation: Operation,
  details?: string,
): void {
  deps.background.run(() => deps.sms.sendConfirmation(phone, operation, details));
}
