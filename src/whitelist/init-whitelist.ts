import type { Clock } from "../system/clock.js";
import { ADD_RESULTS } from "./add-entry.js";
import type { WhitelistStore } from "./whitelist-store.js";

/** The test numbers of the specification. */
export const TEST_NUMBERS = ["+237670000000", "+237670000001", "+237670000002", "+237658552295"] as const;

export type AddResult = "added" | "reactivated" | "unchanged";

/**
 * Adds the test numbers. A number that is already on the list is left unchanged; with `force` a deactivated one is
 * reactivated. Returns the result for each number.
 */
export async function initWhitelist(
  deps: { whitelist: WhitelistStore; clock: Clock },
  input: { force: boolean; notes: string },
): Promise<{ phone: string; result: AddResult }[]> {
  const additions = [];
  for (const phone of TEST_NUMBERS) {
    const isKept = !input.force && (await deps.whitelist.find(null, phone)) !== null;
    if (!isKept) additions.push({ phone, notes: input.notes, isActive: true });
  }
  const context = { actor: null, at: deps.clock.now(), importId: null };
  const actions = await deps.whitelist.add(null, additions, context);
  return TEST_NUMBERS.map((phone) => {
    const action = actions.get(phone);
    return { phone, result: action ? ADD_RESULTS[action] : "unchanged" };
  });
}
