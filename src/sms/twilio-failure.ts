import { errorCode } from "../system/describe-error.js";

/** The loggable part of a failed call: nothing that quotes the number, the text or the credentials. */
export interface TwilioFailure {
  /** Twilio's error code (https://www.twilio.com/docs/api/errors), or Node's for the connection (`ECONNREFUSED`). */
  providerCode?: number | string;
  /** HTTP status of Twilio's response. */
  providerStatus?: number;
}

/** Twilio's codes for a number that can't receive SMS. */
const UNREACHABLE_NUMBER_CODES: ReadonlySet<unknown> = new Set([
  21211, // Invalid 'To' Phone Number
  21214, // 'To' phone number cannot be reached
  21217, // Phone number does not appear to be valid
  21265, // 'To' number cannot be a Short Code
  21614, // 'To' number is not a valid mobile number
  21635, // 'To' number cannot be a landline
]);

/** Node's codes for a connection that was never established. */
const NEVER_CONNECTED_CODES: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** Whether the message may have been sent: the connection broke or timed out, or the response was not a rejection. */
export function mayHaveBeenSent({ providerStatus, providerCode }: TwilioFailure): boolean {
  return providerStatus === undefined ? !NEVER_CONNECTED_CODES.has(providerCode) : providerStatus < 300;
}

export function isNumberRejected(failure: TwilioFailure): boolean {
  return UNREACHABLE_NUMBER_CODES.has(failure.providerCode);
}

/** Describes an error thrown by the twilio package: its RestException, a connection error, or anything else. */
export function twilioFailure(error: unknown): TwilioFailure {
  const { status } = Object(error) as { status?: unknown };
  const code = errorCode(Object(error));
  return {
    ...(code !== undefined && { providerCode: code }),
    ...(isHttpStatus(status) && { providerStatus: status }),
  };
}

/** Any other value comes from some other server. */
function isHttpStatus(status: unknown): status is number {
  return typeof status === "number" && status >= 100 && status <= 599;
}
