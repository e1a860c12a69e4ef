import { systemClock } from "#client/src/clock.js";
import { whitelist } from "../../service/services.js";
import { warnOfLeaving } from "../../state/leave-warning.js";
import { createStore } from "../../state/store.js";
import { useStore } from "../../state/use-store.js";
import { onUserLeaves } from "../../state/user-leaves.js";
import { type BulkRun, type BulkState, createBulkRun } from "./bulk-run.js";

export type BulkKind = "activate" | "deactivate" | "notes" | "remove";

export interface BulkChange {
  kind: BulkKind;
  /** Only used by `notes`. */
  notes: string;
}

export interface Bulk {
  kind: BulkKind;
  run: BulkRun;
}

/** The bulk that runs, or whose report is shown. It outlives the page. */
export const currentBulk = createStore<Bulk | null>(null);

const NO_STATE = createStore<BulkState | null>(null);

/** Nobody goes on in another's name. */
onUserLeaves(closeBulk);

export function startBulk(change: BulkChange, phones: readonly string[]): void {
  const run = createBulkRun(
    {
      send: async (part) =>
        (await whitelist.batchUpdateWhitelistEntries({ phones: [...part], ...changeOf(change) })).results,
      sleep: systemClock.sleep,
      isRemoval: change.kind === "remove",
    },
    phones,
  );
  currentBulk.set({ kind: change.kind, run });
  run.state.follow(warnIfUnfinished);
  void run.resume();
}

/** Forgets the bulk with its report. What it has not processed yet stays as it is. */
export function closeBulk(): void {
  currentBulk.get()?.run.stop();
  currentBulk.set(null);
  warnIfUnfinished();
}

/** Whether a bulk would be lost if another one began. */
export function useIsUnfinished(): boolean {
  const bulk = useStore(currentBulk);
  return useStore<BulkState | null>(bulk?.run.state ?? NO_STATE)?.phase !== "done" && bulk !== null;
}

function changeOf({ kind, notes }: BulkChange) {
  if (kind === "remove") return { remove: true };
  return kind === "notes" ? { notes } : { isActive: kind === "activate" };
}

let endWarning = () => {};

/** The browser asks before the page is left, which would end the bulk. */
function warnIfUnfinished(): void {
  const { phase = "done" } = currentBulk.get()?.run.state.get() ?? {};
  endWarning();
  endWarning = phase === "done" ? () => {} : warnOfLeaving();
}
