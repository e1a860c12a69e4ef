import type { DomainError } from "../../src/errors.js";

/** The error that `work` throws; fails when it throws nothing. */
export function thrown(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    return error as DomainError;
  }
  throw new Error("nothing was thrown");
}
