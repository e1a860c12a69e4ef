import { DomainError } from "../errors.js";
import type { Metrics, SmsKind, SmsOutcome } from "../telemetry/metrics.js";
import { SmsDeliveryUnknownError, type SmsGateway } from "./sms-gateway.js";

/** Counts the messages that are handed to `gateway`, by what becomes of them. */
export function countSms(gateway: SmsGateway, metrics: Pick<Metrics, "smsEnded">): SmsGateway {
  async function counted(kind: SmsKind, sending: Promise<void>): Promise<void> {
    try {
      await sending;
      metrics.smsEnded(kind, "accepted");
    } catch (error) {
      metrics.smsEnded(kind, outcomeOf(error));
      throw error;
    }
  }
  return {
    sendActivationCode: (phone, code) => counted("activation", gateway.sendActivationCode(phone, code)),
    sendVerificationCode: (phone, code, operation, linkUrl) =>
      counted(operation, gateway.sendVerificationCode(phone, code, operation, linkUrl)),
    sendConfirmation: (phone, operation, details) =>
      counted("confirmation", gateway.sendConfirmation(phone, operation, details)),
    sendNotice: (phone, operation, text) => counted("notice", gateway.sendNotice(phone, operation, text)),
    sendGuessingNotice: (phone) => counted("notice", gateway.sendGuessingNotice(phone)),
    isAvailable: () => gateway.isAvailable(),
  };
}

function outcomeOf(error: unknown): SmsOutcome {
  if (error instanceof SmsDeliveryUnknownError) return "unknown";
  return error instanceof DomainError && error.reason === "PHONE_INVALID" ? "invalid_number" : "failed";
}
