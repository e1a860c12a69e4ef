import type { Operation, SmsGateway } from "../sms/sms-gateway.js";
import type { Background } from "../system/background.js";

export interface NotifyBySmsDeps {
  sms: SmsGateway;
  background: Background;
}

/**
 * Tells a phone number that an operation was done. Nobody waits for it, and when it fails, only the log knows:
 * the operation has happened.
 */
export function notifyBySms(
  deps: NotifyBySmsDeps,
  phone: string,
  operation: Operation,
  details?: string,
): void {
  deps.background.run(() => deps.sms.sendConfirmation(phone, operation, details));
}
