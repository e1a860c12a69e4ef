import { DomainError } from "../errors.js";
import type { Metrics, SmsOutcome } from "../telemetry/metrics.js";
import { aroundSends } from "./around-sends.js";
import { SmsDeliveryUnknownError, type SmsGateway } from "./sms-gateway.js";

/** Counts the messages that are handed to `gateway`, by what becomes of them. */
export function countSms(gateway: SmsGateway, metrics: Pick<Metrics, "smsEnded">): SmsGateway {
  return aroundSends(gateway, async (kind, send) => {
    try {
      await send();
      metrics.smsEnded(kind, "accepted");
    } catch (error) {
      metrics.smsEnded(kind, outcomeOf(error));
      throw error;
    }
  });
}

function outcomeOf(error: unknown): SmsOutcome {
  if (error instanceof SmsDeliveryUnknownError) return "unknown";
  return error instanceof DomainError && error.reason === "PHONE_INVALID" ? "invalid_number" : "failed";
}
