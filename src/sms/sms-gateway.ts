import { DomainError } from "../errors.js";

/** What a code sent by SMS confirms, beside an activation. */
export type Operation = "password_reset" | "password_change" | "phone_change";

/** SMS_UNAVAILABLE after which the message may have left all the same: no answer came, or none that can be read. */
export class SmsDeliveryUnknownError extends DomainError {
  constructor() {
    super("SMS_UNAVAILABLE");
  }
}

/**
 * The way to people's phones. `phone` is in international form (`parsePhone`).
 *
 * A send resolves when the provider has taken the message over. It throws SMS_UNAVAILABLE when the provider has not,
 * a SendUncertain when that is not known, or PHONE_INVALID when the provider says that nobody can be reached at this
 * number. It is never repeated: a message whose fate is unknown may have left.
 */
export interface SmsGateway {
  sendActivationCode(phone: string, code: string): Promise<void>;
  /** `link`: where the code can be entered, made by `link`. */
  sendVerificationCode(phone: string, code: string, operation: Operation, link?: string): Promise<void>;
  /** Tells that an operation is done. `details`: a further message. */
  sendConfirmation(phone: string, operation: Operation, details?: string): Promise<void>;
  /** Whether the provider answers and knows us. Sends nothing, throws nothing. */
  isAvailable(): Promise<boolean>;
}
