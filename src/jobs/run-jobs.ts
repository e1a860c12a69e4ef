import type { MonotonicClock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import type { JobHolder, JobLeaseStore } from "./job-lease-store.js";

/** Work that recurs. */
export interface Job {
  /** Unique, and stored: a changed name is another job. */
  name: string;
  /**
   * Works in small steps and asks after each of them: false means that the process stops, or has lost the job to another
   * one, and the work must end.
   */
  run(mayGoOn: () => Promise<boolean>): Promise<void>;
}

export interface RunJobsDeps {
  jobLeases: JobLeaseStore;
  clock: MonotonicClock;
  random: Pick<Random, "uuid">;
}

/** How often (ms) each process looks for a job that is due. */
const INTERVAL_MS = 600_000;
/** Time (s) after which a job is due again: less than the interval, so that a process meets it at every look. */
const DUE_SECONDS = 540;
/** Time (s) after which another process takes over the job of one that died. */
const LEASE_SECONDS = 60;
/** Age (ms) at which a lease is renewed. */
const RENEWAL_MS = 20_000;

/** Runs a job if it is due and no other process runs it. A job that fails is due at once, for whoever looks next. */
export async function runJob(
  { jobLeases, clock, random }: RunJobsDeps,
  job: Job,
  isStopping: () => boolean = () => false,
): Promise<void> {
  const holder: JobHolder = { job: job.name, holder: random.uuid() };
  let heldSince = clock.monotonicMs();
  if (!(await jobLeases.claim(null, holder, LEASE_SECONDS))) return;
  let isOver = false;

  async function mayGoOn(): Promise<boolean> {
    const now = clock.monotonicMs();
    isOver ||= isStopping();
    if (isOver || now - heldSince < RENEWAL_MS) return !isOver;
    heldSince = now;
    isOver = !(await jobLeases.renew(null, holder, LEASE_SECONDS));
    return !isOver;
  }

  try {
    await job.run(mayGoOn);
  } catch (error) {
    await jobLeases.release(null, holder, 0).catch(() => undefined);
    throw error;
  }
  // What was not finished is due at once.
  await jobLeases.release(null, holder, isOver ? 0 : DUE_SECONDS);
}

/**
 * Looks for jobs that are due, every ten minutes, until the returned function is called: it resolves when no job of this
 * process runs any more. A failure is reported with the job's name.
 */
export function startJobs(
  deps: RunJobsDeps,
  jobs: readonly Job[],
  onFailure: (error: unknown, job: string) => void,
): () => Promise<void> {
  let isStopping = false;
  const running = new Set<Promise<void>>();

  function start(job: Job): void {
    const work = runJob(deps, job, () => isStopping)
      .catch((error: unknown) => onFailure(error, job.name))
      .finally(() => running.delete(work));
    running.add(work);
  }

  const timer = setInterval(() => {
    for (const job of jobs) start(job);
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    isStopping = true;
    clearInterval(timer);
    await Promise.all(running);
  };
}
