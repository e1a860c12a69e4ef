import { createContextKey } from "@connectrpc/connect";
import { createDeadlineSignal, createLinkedAbortController } from "./connect-internals.js";

/** How long the client of one call waits. */
export interface Deadline {
  /** Aborts, with ConnectError deadline_exceeded, when the time is over; null: there is no deadline. */
  expiry: AbortSignal | null;
  /** Aborts then, and also when the client goes away: what a service watches. */
  signal: AbortSignal;
  remainingMs(): number | undefined;
  /** Stops the timer. */
  clear(): void;
}

/** The call's `Deadline.expiry`, for the interceptor that keeps it. */
export const deadlineKey = createContextKey<AbortSignal | null>(null, { description: "deadline" });

/** The longest that a Node timer can wait: a longer one would fire at once. About 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Starts the clock of a call. */
export function deadlineAfter(timeoutMs: number | undefined, client: AbortSignal): Deadline {
  if (timeoutMs === undefined || timeoutMs > MAX_TIMER_MS) {
    return { expiry: null, signal: client, remainingMs: () => undefined, clear: () => {} };
  }
  const end = performance.now() + timeoutMs;
  const timer = createDeadlineSignal(timeoutMs);
  return {
    expiry: timer.signal,
    signal: createLinkedAbortController(timer.signal, client).signal,
    remainingMs: () => end - performance.now(),
    clear: timer.cleanup,
  };
}

/** What `work` comes to, or the signal's reason as soon as it aborts. `work` then goes on, and nobody listens. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
