import type { Database } from "../db/database.js";

/** Whether this process should receive requests. */
export interface Readiness {
  /** True if the database responds and `stop` was not called. Pings the database at most once per second. */
  check(): Promise<boolean>;
  /** Makes the process unready for good. */
  stop(): void;
  /** Whether `stop` was called. */
  readonly isStopped: boolean;
}

interface Deps {
  database: Pick<Database, "ping">;
}

/** Timeout of a ping, and how long its result is reused, in milliseconds. */
const PROBE_TIMINGS = { timeoutMs: 2_000, freshMs: 1_000 };

/** Tests pass their own `timings`. */
export function createReadiness(deps: Deps, timings = PROBE_TIMINGS): Readiness {
  let isStopped = false;
  let latest: Promise<boolean> | null = null;
  let isPinging = false;

  /** A ping that hangs is not repeated before it ends, because each may hold a connection of the pool. */
  async function ping(): Promise<boolean> {
    if (isPinging) return false;
    isPinging = true;
    const result = deps.database
      .ping()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        isPinging = false;
      });
    const timeout = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), timings.timeoutMs).unref();
    });
    return Promise.race([result, timeout]);
  }

  function probe(): Promise<boolean> {
    latest ??= ping().finally(() => {
      setTimeout(() => {
        latest = null;
      }, timings.freshMs).unref();
    });
    return latest;
  }

  return {
    check: async () => !isStopped && (await probe()) && !isStopped,
    stop() {
      isStopped = true;
    },
    get isStopped() {
      return isStopped;
    },
  };
}
