import type { Clock } from "./clock.js";
import type { IdentityError } from "./error.js";
import type { Errors } from "./read-error.js";

/** When a call gives up: after its time, or when its caller does. */
export interface Deadline {
  /** Infinity if there is no limit. */
  remainingMs(): number;
  /** Resolves with `work`, or rejects: with `late()` at the deadline. The signal tells `work` that nobody waits. */
  race<T>(work: (signal: AbortSignal) => Promise<T>, late: () => IdentityError): Promise<T>;
}

interface DeadlineDeps {
  clock: Clock;
  errors: Errors;
}

/** @param timeoutMs 0 or less: no limit */
export function createDeadline(
  { clock, errors }: DeadlineDeps,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Deadline {
  const endsAt = timeoutMs > 0 ? clock.now() + timeoutMs : Number.POSITIVE_INFINITY;
  const remainingMs = () => endsAt - clock.now();

  return {
    remainingMs,
    async race(work, late) {
      if (signal?.aborted) throw errors.create("CANCELED");
      if (remainingMs() <= 0) throw late();
      const end = new AbortController();
      const onAbort = () => end.abort();
      signal?.addEventListener("abort", onAbort);
      const ended = clock.sleep(remainingMs(), end.signal).then(() => {
        throw signal?.aborted ? errors.create("CANCELED") : late();
      });
      try {
        return await Promise.race([work(end.signal), ended]);
      } finally {
        signal?.removeEventListener("abort", onAbort);
        end.abort();
      }
    },
  };
}
