import { sms } from "../messages/sms.js";
import type { Operation } from "./sms-gateway.js";

export function activationText(code: string): string {
  return `${sms.activation(code)} ${sms.expiry}`;
}

export function verificationText(operation: Operation, code: string, linkUrl?: string): string {
  const verification = sms.verification(sms.operations[operation], code);
  return [verification, ...(linkUrl ? [sms.redirection(linkUrl)] : []), sms.expiry].join(" ");
}

/** Confirms a completed operation. An SMS appends `sms.support`; the console does not. */
export function confirmationText(operation: Operation, details?: string): string {
  return [sms.confirmation(sms.operations[operation]), ...(details ? [details] : [])].join(" ");
}
