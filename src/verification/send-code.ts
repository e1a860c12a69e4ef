import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Recipient } from "./code-store.js";
import { type IssueCodeDeps, type IssuedCode, issueCode, withdrawCode } from "./issue-code.js";

export interface SendCodeDeps extends IssueCodeDeps {
  database: Database;
}

export interface SendCodeInput extends Recipient {
  /** The field of the call that named the phone number; null when it is the account's own. */
  phoneField: string | null;
}

/**
 * Issues a code and sends it with `send`; false, with nothing sent, when the account is not any more what the code
 * is for. When the sending fails, the code before it works again and the failure is thrown on; what has certainly
 * not left is not counted.
 *
 * Throws RATE_LIMITED when the phone number's quota is used up, SMS_UNAVAILABLE, or PHONE_INVALID when the gateway
 * refuses a number that came with the call.
 */
export async function sendCode(
  deps: SendCodeDeps,
  input: SendCodeInput,
  send: (issued: IssuedCode) => Promise<void>,
): Promise<boolean> {
  const issued = await deps.database.transaction((tx) => issueCode(deps, tx, input));
  if (!issued) return false;
  try {
    await send(issued);
  } catch (error) {
    await deps.database.transaction((tx) => withdrawCode(deps, tx, issued, error));
    throw named(error, input.phoneField);
  }
  return true;
}

/** A refused number under the name it has in the call. */
function named(error: unknown, field: string | null): unknown {
  if (!(error instanceof DomainError) || error.reason !== "PHONE_INVALID") return error;
  return field === null ? new DomainError("SMS_UNAVAILABLE") : new DomainError("PHONE_INVALID", { field });
}
