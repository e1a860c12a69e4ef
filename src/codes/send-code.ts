import type { Database } from "../db/database.js";
import {
  type IssueCodeDeps,
  type IssueCodeInput,
  type IssuedCode,
  issueCode,
  withdrawCode,
} from "./issue-code.js";

export interface SendCodeDeps extends IssueCodeDeps {
  database: Database;
}

/**
 * Issues a code and sends it with `send`. When the sending fails, nothing stays counted, the code before it
 * works again, and the failure is thrown on. Throws RATE_LIMITED when the phone number's quota is used up.
 */
export async function sendCode(
  deps: SendCodeDeps,
  input: IssueCodeInput,
  send: (issued: IssuedCode) => Promise<void>,
): Promise<void> {
  const issued = await deps.database.transaction((tx) => issueCode(deps, tx, input));
  try {
    await send(issued);
  } catch (error) {
    await deps.database.transaction((tx) => withdrawCode(deps, tx, issued));
    throw error;
  }
}
