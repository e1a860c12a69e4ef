import { DomainError } from "../errors.js";
import { sms } from "../messages/sms.js";
import { LoggableError } from "../system/loggable-error.js";
import type { Logger } from "../system/logger.js";
import { withTimeout } from "../system/timeout.js";
import { type Operation, SmsDeliveryUnknownError, type SmsGateway } from "./sms-gateway.js";
import { activationText, confirmationText, verificationText } from "./sms-texts.js";
import { isNumberRejected, mayHaveBeenSent, type TwilioFailure, twilioFailure } from "./twilio-failure.js";

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** The sender, in international form. */
  fromNumber: string;
}

export interface TwilioGatewayOptions {
  account: TwilioAccount;
  logger: Logger;
  /** Replaces https://api.twilio.com. */
  baseUrl?: string;
  /** Response timeout (ms). */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Where the package sends requests to. */
export const TWILIO_HOST = "api.twilio.com";

/**
 * Sends through Twilio's Messages resource. Logs each send with its operation and masked number, and each failure with
 * Twilio's code too. Twilio's error texts are not logged, because they quote the number.
 */
export async function createTwilioGateway(options: TwilioGatewayOptions): Promise<SmsGateway> {
  const { account, logger, timeoutMs = TIMEOUT_MS } = options;
  // Imported on demand: the package costs 20 MB and 0.2 s, and most processes never send through Twilio.
  const { default: twilio } = await import("twilio");
  const client = twilio(account.accountSid, account.authToken, { timeout: timeoutMs, autoRetry: false });
  if (options.baseUrl) client.api.baseUrl = options.baseUrl;

  async function send(
    phone: string,
    kind: "activation" | "guessing_notice" | Operation,
    body: string,
  ): Promise<void> {
    const logFields = { sms: kind, phone };
    try {
      const request = client.messages.create({ body, from: account.fromNumber, to: phone });
      const message = await withTimeout(timeoutMs, request);
      if (!message.sid) throw new LoggableError("Twilio's response has no message SID");
    } catch (error) {
      const failure = twilioFailure(error);
      logger.error({ ...logFields, ...failure }, "Twilio rejected the SMS");
      throw toDomainError(failure);
    }
    logger.info(logFields, "SMS sent");
  }

  return {
    sendActivationCode: (phone, code) => send(phone, "activation", activationText(code)),
    sendVerificationCode: (phone, code, operation, linkUrl) =>
      send(phone, operation, verificationText(operation, code, linkUrl)),
    sendConfirmation: (phone, operation, details) =>
      send(phone, operation, `${confirmationText(operation, details)} ${sms.support}`),
    sendNotice: (phone, operation, text) => send(phone, operation, text),
    sendGuessingNotice: (phone) => send(phone, "guessing_notice", sms.guessing),
    async isAvailable() {
      try {
        const request = client.api.v2010.accounts(account.accountSid).fetch();
        const { status } = await withTimeout(timeoutMs, request);
        return status === "active";
      } catch (error) {
        logger.error(twilioFailure(error), "Twilio is not available");
        return false;
      }
    },
  };
}

function toDomainError(failure: TwilioFailure): DomainError {
  if (isNumberRejected(failure)) return new DomainError("PHONE_INVALID");
  return mayHaveBeenSent(failure) ? new SmsDeliveryUnknownError() : new DomainError("SMS_UNAVAILABLE");
}
