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
  const { code, status } = Object(error) as { code?: unknown; status?: unknown };
  return {
    ...(isCode(code) && { providerCode: code }),
    ...(typeof status === "number" && { providerStatus: status }),
  };
}

/** Codes are numbers or upper-case names; a longer text comes from some other server. */
function isCode(code: unknown): code is number | string {
  return typeof code === "number" || (typeof code === "string" && /^[A-Z_0-9]{1,40}$/.test(code));
}
