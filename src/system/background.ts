import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { LoggableError } from "./loggable-error.js";

/** Runs jobs that no caller waits for. */
export interface Background {
  /**
   * Schedules `job` to start after a delay, and returns immediately. Returns false, and never runs the job, if too many
   * jobs are pending. That error and the error of a failed job go to `onFailure`; nothing is thrown.
   */
  run(job: () => Promise<void>): boolean;
  /** Starts every waiting job now, and resolves when all jobs are done. */
  drain(): Promise<void>;
}

export interface BackgroundOptions {
  /** Returns the delay (ms) before the next job starts. */
  nextDelay(): number;
  /** Maximum number of waiting and running jobs. */
  limit: number;
  /** Maximum number of concurrent jobs, so that a flood of them leaves the database to calls with a waiting caller. */
  concurrency: number;
  onFailure(error: unknown): void;
}

export function createBackground(options: BackgroundOptions): Background {
  const pending = new Set<Promise<void>>();
  const draining = new AbortController();
  // Every waiting job adds a listener.
  setMaxListeners(0, draining.signal);
  const limit = pLimit(options.concurrency);

  async function start(job: () => Promise<void>): Promise<void> {
    // Draining aborts the delay, and the job starts.
    await delay(options.nextDelay(), undefined, { signal: draining.signal }).catch(() => undefined);
    await limit(job).catch(options.onFailure);
  }

  return {
    run(job) {
      if (pending.size >= options.limit) {
        options.onFailure(new LoggableError("too many background jobs are pending"));
        return false;
      }
      const running = start(job).finally(() => pending.delete(running));
      pending.add(running);
      return true;
    },
    async drain() {
      draining.abort();
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
