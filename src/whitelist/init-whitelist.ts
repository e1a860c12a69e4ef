import type { Clock } from "../system/clock.js";
import type { WhitelistStore } from "./whitelist-store.js";

/** The specification's numbers for trying the service out. */
export const testNumbers = ["+237670000000", "+237670000001", "+237670000002", "+237658552295"] as const;

export type InitOutcome = "added" | "reactivated" | "unchanged";

/**
 * Adds the test numbers. One that is there already is left as it is; with `force` a deactivated one is
 * reactivated. Returns what became of each.
 */
export async function initWhitelist(
  deps: { whitelist: WhitelistStore; clock: Clock },
  input: { force: boolean; notes: string },
): Promise<{ phone: string; outcome: InitOutcome }[]> {
  const outcomes: { phone: string; outcome: InitOutcome }[] = [];
  for (const phone of testNumbers) {
    const isKept = !input.force && (await deps.whitelist.find(null, phone)) !== null;
    const added = isKept
      ? null
      : await deps.whitelist.add(null, {
          phone,
          notes: input.notes,
          isActive: true,
          addedAt: deps.clock.now(),
          actor: null,
        });
    outcomes.push({ phone, outcome: added ? (added.reactivated ? "reactivated" : "added") : "unchanged" });
  }
  return outcomes;
}
