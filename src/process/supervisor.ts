import type { MonotonicClock } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import type { Exit, Worker } from "./worker.js";

/** Keeps a number of workers serving. */
export interface Supervisor {
  /**
   * Starts the first workers. The first one prepares the database for all, and none serves before all can. Resolves with
   * false if one of them ends instead.
   */
  start(count: number): Promise<boolean>;
  /**
   * Replaces all workers, one after the other: each ends when its successor serves. From now on `count` are wanted; those that
   * are too many end first. Resolves with false, and leaves the rest as they are, if a successor ends before it serves.
   */
  restart(count: number): Promise<boolean>;
  /** Ends all workers; those that have not ended after `deadlineMs` are killed. Resolves with whether none failed. */
  stop(deadlineMs: number): Promise<boolean>;
}

export interface SupervisorDeps {
  fork(): Worker;
  /** Resolves after `ms` milliseconds, and as soon as `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  clock: MonotonicClock;
  logger: Logger;
}

/** A worker that has served for so long (ms) is replaced at once when it ends. */
const STABLE_MS = 60_000;
/** Delay (ms) before the next try, after the first failure; it doubles with each further one. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** Time (ms) after which a worker that should end is killed: longer than it takes for that itself. */
const RETIRE_DEADLINE_MS = 12_000;

/** Delay (ms) before a worker is started, after so many failures in a row. */
export function restartDelay(failures: number): number {
  return failures === 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

export function createSupervisor({ fork, wait, clock, logger }: SupervisorDeps): Supervisor {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** All workers that have not ended. */
  const running = new Set<Worker>();
  /** Those that serve, and are replaced when they end. */
  const serving = new Set<Worker>();
  /** How many are about to be replaced. */
  let missing = 0;
  /** How many should serve. */
  let wanted = 0;

  /** Starts a worker. Null if it ends before it could serve. */
  async function prepare(): Promise<Worker | null> {
    if (signal.aborted) return null;
    try {
      const worker = fork();
      running.add(worker);
      void worker.exited.then(() => running.delete(worker));
      return (await worker.hasReported("prepared")) ? worker : null;
    } catch (error) {
      // For lack of memory, processes or file descriptors.
      logger.error({ err: error }, "a worker could not be forked");
      return null;
    }
  }

  /** Lets a worker serve, which comes after `failures` in a row. False if it ends instead. */
  async function admit(worker: Worker | null, failures = 0): Promise<boolean> {
    worker?.order("listen");
    if (!worker || !(await worker.hasReported("serving"))) return false;
    logger.info({ worker: worker.id, pid: worker.pid }, "a worker serves");
    serving.add(worker);
    void replaceAtEnd(worker, failures);
    return true;
  }

  /** Waits until a worker ends, and replaces it unless it was told to. */
  async function replaceAtEnd(worker: Worker, failures: number): Promise<void> {
    const since = clock.monotonicMs();
    const { code, signal: by } = await worker.exited;
    const isMissed = serving.delete(worker);
    if (signal.aborted) return;
    if (isMissed || code !== 0) {
      logger.error(
        { worker: worker.id, pid: worker.pid, exit: by ?? code ?? undefined },
        "a worker has ended",
      );
    }
    if (isMissed) await replace(clock.monotonicMs() - since < STABLE_MS ? failures + 1 : 0);
  }

  async function replace(failures: number): Promise<void> {
    missing += 1;
    for (let failed = failures; !signal.aborted; failed++) {
      const delayMs = restartDelay(failed);
      if (failed > failures) logger.error({ failures: failed, delayMs }, "a worker could not start");
      await wait(delayMs, signal);
      // A restart may want fewer.
      if (serving.size + missing > wanted) break;
      if (await admit(await prepare(), failed)) break;
    }
    missing -= 1;
  }

  /** Resolves when the workers have ended. Those that take longer are killed. */
  async function ended(workers: readonly Worker[], deadlineMs: number): Promise<Exit[]> {
    const isOver = new AbortController();
    void wait(deadlineMs, isOver.signal).then(() => {
      for (const worker of workers) if (running.has(worker)) worker.kill("SIGKILL");
    });
    const exits = await Promise.all(workers.map(({ exited }) => exited));
    isOver.abort();
    return exits;
  }

  async function retire(worker: Worker): Promise<void> {
    serving.delete(worker);
    worker.order("retire");
    await ended([worker], RETIRE_DEADLINE_MS);
  }

  /** Lets another worker serve instead of one. False, and that one goes on, if the other ends before it serves. */
  async function succeed(former: Worker): Promise<boolean> {
    // If it ends now, its successor is there already.
    serving.delete(former);
    const isServing = await admit(await prepare());
    if (isServing) await retire(former);
    else if (running.has(former)) serving.add(former);
    else void replace(1);
    return isServing;
  }

  return {
    async start(count) {
      wanted = count;
      const first = await prepare();
      if (!first) return false;
      const others = await Promise.all(Array.from({ length: count - 1 }, prepare));
      for (const worker of [first, ...others]) {
        if (!(await admit(worker))) return false;
      }
      return true;
    },
    async restart(count) {
      wanted = count;
      const former = [...serving];
      await Promise.all(former.slice(count).map(retire));
      for (const worker of former.slice(0, count)) {
        // One that has ended meanwhile is replaced already.
        if (serving.has(worker) && !(await succeed(worker))) return false;
      }
      while (serving.size + missing < wanted) {
        if (!(await admit(await prepare()))) return false;
      }
      return true;
    },
    async stop(deadlineMs) {
      stopping.abort();
      for (const worker of running) worker.kill("SIGTERM");
      const exits = await ended([...running], deadlineMs);
      // Before they serve, they have no listeners for signals; a terminal sends SIGINT to all processes.
      return exits.every(({ code, signal: by }) => code === 0 || by === "SIGTERM" || by === "SIGINT");
    },
  };
}
