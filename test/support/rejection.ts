import { DomainError } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";

/** The error that `promise` rejects with; throws when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("resolved, where a rejection was expected");
}

/** The reason of the DomainError that `promise` rejects with; throws when it resolves, and any other error. */
export async function rejectionReason(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  if (!(error instanceof DomainError)) throw error;
  return error.reason;
}

/** The French message of the DomainError that `promise` rejects with; throws when it resolves, and any other error. */
export async function rejectionMessage(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  if (!(error instanceof DomainError)) throw error;
  return localize("fr", error.localizedMessage);
}

/** The error that `work` throws; throws when it returns. */
export function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("returned, where an error was expected");
}
