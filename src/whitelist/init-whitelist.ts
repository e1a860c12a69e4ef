import type { Clock } from "../system/clock.js";
import { ADD_RESULTS } from "./add-entry.js";
import type { WhitelistStore } from "./whitelist-store.js";

/** The specification's numbers for trying the service out. */
export const TEST_NUMBERS = ["+237670000000", "+237670000001", "+237670000002", "+237658552295"] as const;

export type AddResult = "added" | "reactivated" | "unchanged";

/**
 * Adds the test numbers. One that is there already is left as it is; with `force` a deactivated one is
 * reactivated. Returns what became of each.
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
  const by = { actor: null, at: deps.clock.now(), importId: null };
  const done = await deps.whitelist.add(null, additions, by);
  return TEST_NUMBERS.map((phone) => {
    const action = done.get(phone);
    return { phone, result: action ? ADD_RESULTS[action] : "unchanged" };
  });
}
