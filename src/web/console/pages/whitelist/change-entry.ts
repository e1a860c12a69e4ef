import { IdentityError } from "#client/src/error.js";

/** Whether somebody else has removed the entry. */
export const isGone = (error: unknown): boolean =>
  error instanceof IdentityError && error.reason === "ENTRY_NOT_FOUND";

/** Resolves with whether the entry was still there to be changed. Throws what else `change` throws. */
export async function isThereFor(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
    return false;
  }
}
