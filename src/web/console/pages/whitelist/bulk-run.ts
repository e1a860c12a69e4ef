import { BatchOutcome, type BatchResult } from "#client/gen/waterbill/identity/v1/batch_result_pb.js";
import { ErrorReason } from "#client/gen/waterbill/identity/v1/error_reason_pb.js";
import { IdentityError } from "#client/src/error.js";
import { createStore, type Store } from "../../state/store.js";
import { patiently, type Sleep } from "./patience.js";

/** As the service has it: the most numbers in a call. */
const CALL_SIZE = 500;

/** The most refused rows that are kept; the others are counted. */
export const MAX_REFUSED_ROWS = 100;

export interface BulkState {
  /**
   * `waiting`: it goes on by itself at `resumesAt`. `stopping`: it pauses after the call that is running. `paused`: it goes
   * on when its user wants.
   */
  phase: "running" | "waiting" | "stopping" | "paused" | "done";
  resumesAt: Date | null;
  /** Why it is paused. Null: its user has stopped it. */
  error: IdentityError | null;
  total: number;
  /** The sum of the three counts below. */
  processed: number;
  changed: number;
  unchanged: number;
  refused: number;
  /** The first of them, with their reasons. */
  refusedRows: readonly BatchResult[];
  /** A call was repeated that may have been processed. */
  hasRepeated: boolean;
}

export interface BulkRun {
  state: Store<BulkState>;
  /** Starts, or goes on after a pause. Resolves when it is done or paused; does nothing meanwhile. */
  resume(): Promise<void>;
  /** Pauses: at once if it waits, else after the call that is running. */
  stop(): void;
}

interface BulkRunDeps {
  /** Changes numbers. Throws IdentityErrors. */
  send(phones: readonly string[]): Promise<readonly BatchResult[]>;
  sleep: Sleep;
  /** `send` removes the numbers. */
  isRemoval: boolean;
}

/**
 * Changes numbers with one call after the other, each of at most 500. Waits where the service asks for it, and pauses at any
 * other failure. A call that failed is repeated as a whole: its rows are idempotent, and an entry that is no longer
 * there when a removal is repeated counts as unchanged.
 */
export function createBulkRun({ send, sleep, isRemoval }: BulkRunDeps, phones: readonly string[]): BulkRun {
  const state = createStore<BulkState>({
    ...{ phase: "paused", resumesAt: null, error: null, hasRepeated: false },
    ...{ total: phones.length, processed: 0, changed: 0, unchanged: 0, refused: 0, refusedRows: [] },
  });
  const update = (part: Partial<BulkState>) => state.set({ ...state.get(), ...part });
  let stopping = new AbortController();
  /** The next call may already have been processed, wholly or in part. */
  let isRepeat = false;

  async function sendOnce(part: readonly string[]): Promise<readonly BatchResult[]> {
    try {
      return await send(part);
    } catch (error) {
      // A limit refuses a call before it begins.
      isRepeat ||= !(error instanceof IdentityError && error.reason === "RATE_LIMITED");
      throw error;
    }
  }

  async function sendNext(signal: AbortSignal): Promise<void> {
    const { processed } = state.get();
    const results = await patiently(() => sendOnce(phones.slice(processed, processed + CALL_SIZE)), {
      ...{ sleep, signal },
      onWait: (resumesAt) => update({ phase: "waiting", resumesAt }),
      onGoOn: () => update({ phase: "running", resumesAt: null }),
    });
    update(added(state.get(), results, { isRepeat, isRemoval }));
    isRepeat = false;
  }

  async function sendAll(signal: AbortSignal): Promise<void> {
    const isLeft = () => state.get().processed < phones.length;
    while (!signal.aborted && isLeft()) await sendNext(signal);
    update({ phase: isLeft() ? "paused" : "done" });
  }

  function pause(error: unknown): void {
    if (!(error instanceof IdentityError)) throw error;
    update({ phase: "paused", resumesAt: null, error: stopping.signal.aborted ? null : error });
  }

  return {
    state,
    async resume() {
      if (state.get().phase !== "paused") return;
      stopping = new AbortController();
      update({ phase: "running", error: null });
      await sendAll(stopping.signal).catch(pause);
    },
    stop() {
      if (state.get().phase === "running") update({ phase: "stopping" });
      stopping.abort();
    },
  };
}

function added(
  before: BulkState,
  results: readonly BatchResult[],
  { isRepeat, isRemoval }: { isRepeat: boolean; isRemoval: boolean },
): Partial<BulkState> {
  const isRemovedBefore = ({ reason }: BatchResult) =>
    isRepeat && isRemoval && reason === ErrorReason.ENTRY_NOT_FOUND;
  const refusedRows = results.filter((row) => row.outcome === BatchOutcome.REFUSED && !isRemovedBefore(row));
  const changed = results.filter((row) => row.outcome === BatchOutcome.CHANGED).length;
  return {
    processed: before.processed + results.length,
    changed: before.changed + changed,
    refused: before.refused + refusedRows.length,
    unchanged: before.unchanged + results.length - changed - refusedRows.length,
    refusedRows: [...before.refusedRows, ...refusedRows].slice(0, MAX_REFUSED_ROWS),
    hasRepeated: before.hasRepeated || isRepeat,
  };
}
