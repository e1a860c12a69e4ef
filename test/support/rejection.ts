import { DomainError } from "../../src/errors.js";

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
  return asDomainError(await rejection(promise)).reason;
}

/** The DomainError that `work` throws; throws when it returns, and any other error. */
export function thrown(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    return asDomainError(error);
  }
  throw new Error("returned, where an error was expected");
}

function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}
