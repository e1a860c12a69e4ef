import { DomainError } from "../errors.js";

/** The operations, apart from activation, that a code sent by SMS authorises. */
export type Operation =
  | "password_reset"
  | "password_change"
  | "phone_change"
  | "account_deletion"
  /** The second step of an administrator's sign-in. */
  | "second_factor";

/** SMS_UNAVAILABLE for a message that may have been sent anyway: the response is missing or unreadable. */
export class SmsDeliveryUnknownError extends DomainError {
  constructor() {
    super("SMS_UNAVAILABLE");
  }
}

/**
 * Sends messages to phones. `phone` is in international form (`parsePhone`).
 *
 * A send resolves once the provider has accepted the message. It throws SMS_UNAVAILABLE if the provider has not
 * accepted it, SmsDeliveryUnknownError if that is unknown, or PHONE_INVALID if the provider reports that the number
 * can't receive messages. A send is never retried, because a message whose delivery is unknown may have been sent.
 */
export interface SmsGateway {
  sendActivationCode(phone: string, code: string): Promise<void>;
  /** `linkUrl`: the page where the code is entered, built by the function `linkUrl`. */
  sendVerificationCode(phone: string, code: string, operation: Operation, linkUrl?: string): Promise<void>;
  /** Confirms a completed operation. `details`: text to append. */
  sendConfirmation(phone: string, operation: Operation, details?: string): Promise<void>;
  /** Tells the holder of a number about an operation that is not done, with the whole text. */
  sendNotice(phone: string, operation: Operation, text: string): Promise<void>;
  /** Tells the owner of an account that many wrong passwords were tried. */
  sendGuessingNotice(phone: string): Promise<void>;
  /** Whether the provider responds and accepts our account. Sends no message and never throws. */
  isAvailable(): Promise<boolean>;
}
