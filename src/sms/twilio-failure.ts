/** What the log may say of a failed call: nothing that quotes the number, the text or the credentials. */
export interface TwilioFailure {
  /** Twilio's error code (https://www.twilio.com/docs/api/errors), or Node's for the connection (`ECONNREFUSED`). */
  providerCode?: number | string;
  /** HTTP status of Twilio's answer. */
  providerStatus?: number;
}

/** Twilio's codes for a number at which no SMS can be received. */
const UNREACHABLE_NUMBER_CODES: ReadonlySet<unknown> = new Set([
  21211, // Invalid 'To' Phone Number
  21214, // 'To' phone number cannot be reached
  21217, // Phone number does not appear to be valid
  21265, // 'To' number cannot be a Short Code
  21614, // 'To' number is not a valid mobile number
  21635, // 'To' number cannot be a landline
]);

/** Node's codes for a connection that was never made. */
const NEVER_CONNECTED_CODES: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** Whether the message may have left: the connection broke or stayed silent, or the answer was no refusal. */
export function mayHaveLeft({ providerStatus, providerCode }: TwilioFailure): boolean {
  return providerStatus === undefined ? !NEVER_CONNECTED_CODES.has(providerCode) : providerStatus < 300;
}

export function isNumberRefused(failure: TwilioFailure): boolean {
  return UNREACHABLE_NUMBER_CODES.has(failure.providerCode);
}

/** Reads what the twilio package threw: its RestException, an error of the connection, or anything else. */
export function twilioFailure(error: unknown): TwilioFailure {
  const { code, status } = Object(error) as { code?: unknown; status?: unknown };
  return {
    ...(isCode(code) && { providerCode: code }),
    ...(typeof status === "number" && { providerStatus: status }),
  };
}

/** Codes are numbers, or names in capitals; anything longer came from a foreign server. */
function isCode(code: unknown): code is number | string {
  return typeof code === "number" || (typeof code === "string" && /^[A-Z_0-9]{1,40}$/.test(code));
}
