import type { Database } from "../db/database.js";

/** Whether the service should receive requests. */
export interface Readiness {
  /** True if the database responds and `stop` was not called. Pings the database at most once per second. */
  check(): Promise<boolean>;
  /** Makes the service unready for good. */
  stop(): void;
  /** This process ends, and others serve on: the service stays ready. */
  retire(): void;
  /** Whether the process ends: who watches must ask another one. */
  readonly isEnding: boolean;
}

interface Deps {
  database: Pick<Database, "ping">;
}

/** Timeout of a ping, and how long its result is reused, in milliseconds. */
const PROBE_TIMINGS = { timeoutMs: 2_000, freshMs: 1_000 };

/** Tests pass their own `timings`. */
export function createReadiness(deps: Deps, timings = PROBE_TIMINGS): Readiness {
  let isStopped = false;
  let isEnding = false;
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
      isEnding = true;
    },
    retire() {
      isEnding = true;
    },
    get isEnding() {
      return isEnding;
    },
  };
}
