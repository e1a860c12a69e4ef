import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";

/** Runs work that no caller waits for. */
export interface Background {
  /**
   * Starts `job` some time after this call, and returns at once. False, and the job is never run, when too
   * many are waiting. That, and a job's failure, is handed to `onFailure`, never thrown.
   */
  run(job: () => Promise<void>): boolean;
  /** Starts every waiting job now and resolves when none is left. */
  drain(): Promise<void>;
}

export interface BackgroundOptions {
  /** Milliseconds before the next job is started. */
  nextDelay(): number;
  /** Jobs that may be waiting or running. */
  limit: number;
  /** Jobs that run at the same time, so that a flood of them leaves the database to those whom somebody waits for. */
  concurrency: number;
  onFailure(error: unknown): void;
}

export function createBackground(options: BackgroundOptions): Background {
  const pending = new Set<Promise<void>>();
  const hurry = new AbortController();
  // Every waiting job listens.
  setMaxListeners(0, hurry.signal);
  const limit = pLimit(options.concurrency);

  async function start(job: () => Promise<void>): Promise<void> {
    // An aborted wait is a wait that is over.
    await delay(options.nextDelay(), undefined, { signal: hurry.signal }).catch(() => undefined);
    await limit(job).catch(options.onFailure);
  }

  return {
    run(job) {
      if (pending.size >= options.limit) {
        options.onFailure(new Error("too many jobs wait in the background"));
        return false;
      }
      const running = start(job).finally(() => pending.delete(running));
      pending.add(running);
      return true;
    },
    async drain() {
      hurry.abort();
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
