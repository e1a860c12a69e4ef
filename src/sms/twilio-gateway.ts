import { DomainError } from "../errors.js";
import { sms } from "../messages/sms.js";
import { type Logger, maskPhone } from "../system/logger.js";
import { type Operation, SmsDeliveryUnknownError, type SmsGateway } from "./sms-gateway.js";
import { activationText, confirmationText, verificationText } from "./sms-texts.js";
import { isNumberRefused, mayHaveLeft, type TwilioFailure, twilioFailure } from "./twilio-failure.js";

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** The sender, in international form. */
  fromNumber: string;
}

export interface TwilioGatewayOptions {
  account: TwilioAccount;
  logger: Logger;
  /** Instead of https://api.twilio.com. */
  baseUrl?: string;
  /** Milliseconds that Twilio has for its answer. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends by Twilio's Messages resource, and logs each send by operation and masked number, with Twilio's code when
 * it fails. Twilio's own error texts are not logged: they quote the number.
 */
export async function createTwilioGateway(options: TwilioGatewayOptions): Promise<SmsGateway> {
  const { account, logger, timeoutMs = TIMEOUT_MS } = options;
  // Only here: the package costs 20 MB and 0.2 s, and most processes never send by Twilio.
  const { default: twilio } = await import("twilio");
  const client = twilio(account.accountSid, account.authToken, { timeout: timeoutMs, autoRetry: false });
  if (options.baseUrl) client.api.baseUrl = options.baseUrl;

  async function send(phone: string, kind: "activation" | Operation, body: string): Promise<void> {
    const about = { sms: kind, phone: maskPhone(phone) };
    try {
      const request = client.messages.create({ body, from: account.fromNumber, to: phone });
      const message = await withinTime(request, timeoutMs);
      if (!message.sid) throw new Error("Twilio's answer names no message");
    } catch (error) {
      const failure = twilioFailure(error);
      logger.error({ ...about, ...failure }, "Twilio did not take the SMS");
      throw toDomainError(failure);
    }
    logger.info(about, "SMS sent");
  }

  return {
    sendActivationCode: (phone, code) => send(phone, "activation", activationText(code)),
    sendVerificationCode: (phone, code, operation, link) =>
      send(phone, operation, verificationText(operation, code, link)),
    sendConfirmation: (phone, operation, details) =>
      send(phone, operation, `${confirmationText(operation, details)} ${sms.support}`),
    async isAvailable() {
      try {
        const owner = await withinTime(client.api.v2010.accounts(account.accountSid).fetch(), timeoutMs);
        return owner.status === "active";
      } catch (error) {
        logger.error(twilioFailure(error), "Twilio is not available");
        return false;
      }
    },
  };
}

function toDomainError(failure: TwilioFailure): DomainError {
  if (isNumberRefused(failure)) return new DomainError("PHONE_INVALID");
  return mayHaveLeft(failure) ? new SmsDeliveryUnknownError() : new DomainError("SMS_UNAVAILABLE");
}

/**
 * What `work` gives, unless it takes longer than `milliseconds`. The client's own time-out only measures silence:
 * neither waiting for a free connection nor an answer in drops counts there.
 */
async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(), { code: "ETIMEDOUT" })), milliseconds);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
