import { createContextKey } from "@connectrpc/connect";
import { createDeadlineSignal, createLinkedAbortController } from "./connect-internals.js";

/** The deadline of one call: how long its client waits. */
export interface Deadline {
  /** Aborts with ConnectError deadline_exceeded when the deadline passes; null without a deadline. */
  expiry: AbortSignal | null;
  /** Aborts when the deadline passes or the client disconnects. Services watch this signal. */
  signal(): AbortSignal;
  /** Whole milliseconds, 0 at least. Undefined without a deadline. */
  remainingMs(): number | undefined;
  /** Stops the timer. */
  clear(): void;
}

/** The call's `Deadline.expiry`, for the interceptor that enforces it. */
export const deadlineKey = createContextKey<AbortSignal | null>(null, { description: "deadline" });

/** Longest delay of a Node timer, about 24 days; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Starts the timer of a call. A timeout longer than MAX_TIMER_MS counts as none. */
export function deadlineAfter(timeoutMs: number | undefined, client: () => AbortSignal): Deadline {
  if (timeoutMs === undefined || timeoutMs > MAX_TIMER_MS) {
    return { expiry: null, signal: client, remainingMs: () => undefined, clear: () => {} };
  }
  let signal: AbortSignal | undefined;
  const endsAt = performance.now() + timeoutMs;
  const timer = createDeadlineSignal(timeoutMs);
  return {
    expiry: timer.signal,
    signal() {
      signal ??= createLinkedAbortController(timer.signal, client()).signal;
      return signal;
    },
    remainingMs: () => Math.max(0, Math.round(endsAt - performance.now())),
    clear: timer.cleanup,
  };
}

/** Resolves with `work`, or rejects with the abort reason. After an abort `work` continues, but its result is lost. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
