import type { Database } from "../db/database.js";

/** Whether calls should be sent to this process. */
export interface Readiness {
  /** True when the database answers and stop was not called. Costs at most one question a second. */
  check(): Promise<boolean>;
  /** Never ready from now on. */
  stop(): void;
  /** Whether stop was called. */
  readonly isStopped: boolean;
}

interface Deps {
  database: Pick<Database, "ping">;
}

/** How long the database may take to answer, and how long its answer holds, in milliseconds. */
const PROBE_TIMINGS = { patienceMs: 2_000, freshMs: 1_000 };

/** `timings` is for tests. */
export function createReadiness(deps: Deps, timings = PROBE_TIMINGS): Readiness {
  let isStopped = false;
  let latest: Promise<boolean> | null = null;
  let isAsking = false;

  /** A question that hangs is not repeated before it ends: each may hold a connection of the pool. */
  async function ask(): Promise<boolean> {
    if (isAsking) return false;
    isAsking = true;
    const reply = deps.database.ping().then(
      () => true,
      () => false,
    );
    reply.finally(() => {
      isAsking = false;
    });
    const patience = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), timings.patienceMs).unref();
    });
    return Promise.race([reply, patience]);
  }

  function probe(): Promise<boolean> {
    if (latest) return latest;
    latest = ask();
    latest.finally(() => {
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
