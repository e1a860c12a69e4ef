import { type BatchInput, type BatchRow, runBatch } from "../batches/run-batch.js";
import {
  changeActivity,
  type SetAccountActiveDeps,
  type SetAccountActiveInput,
} from "./set-account-active.js";

/**
 * Deactivates or reactivates accounts, one after the other, each in a transaction of its own, as `setAccountActive` does.
 * A row is refused with a reason that `setAccountActive` throws. Rejects as `runBatch` does.
 */
export async function batchSetAccountsActive(
  deps: SetAccountActiveDeps,
  { phones, signal, ...input }: BatchInput & Omit<SetAccountActiveInput, "phone">,
): Promise<BatchRow[]> {
  return runBatch(deps, { phones, signal }, async (phone) => {
    const { isChanged } = await changeActivity(deps, { ...input, phone });
    return isChanged;
  });
}
