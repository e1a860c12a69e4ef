import { IdentityError, type IdentityErrorReason } from "#client/src/error.js";

/** Resolves after `ms`, or as soon as the signal aborts. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** With these the service asks to come back later. */
const WAITS: ReadonlySet<IdentityErrorReason> = new Set(["RATE_LIMITED", "OVERLOADED"]);

/** Wait (s) if the service doesn't say how long. */
const DEFAULT_WAIT_SECONDS = 5;

interface Patience {
  sleep: Sleep;
  /** Ends the waiting. */
  signal: AbortSignal;
  onWait(until: Date): void;
  onGoOn(): void;
}

/** Resolves with `act`, which is tried again after each wait that the service asks for. Throws any other error. */
export async function patiently<T>(
  act: () => Promise<T>,
  { sleep, signal, onWait, onGoOn }: Patience,
): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted || !(error instanceof IdentityError) || !WAITS.has(error.reason)) throw error;
      const waitMs = Math.max(1, error.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS) * 1000;
      onWait(new Date(Date.now() + waitMs));
      await sleep(waitMs, signal);
      if (signal.aborted) throw error;
      onGoOn();
    }
  }
}
