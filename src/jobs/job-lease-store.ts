import type { Database, Statement, Tx } from "../db/database.js";
import { seconds } from "../db/sql.js";

/** A process, by a name that it takes at its start, and the job that it asks for. */
export interface JobHolder {
  job: string;
  holder: string;
}

/** Lets one process at a time run a job. Every time is the database's, so that the processes' clocks don't matter. */
export interface JobLeaseStore {
  /** Takes a job that is due and that nobody holds, for `leaseSeconds`; false if there is nothing to do. */
  claim(tx: Tx | null, holder: JobHolder, leaseSeconds: number): Promise<boolean>;
  /** Holds the job for another `leaseSeconds`; false if the lease was over before. */
  renew(tx: Tx | null, holder: JobHolder, leaseSeconds: number): Promise<boolean>;
  /** Gives the job back: it is due again in `dueInSeconds`. */
  release(tx: Tx | null, holder: JobHolder, dueInSeconds: number): Promise<void>;
}

const claim: Statement = {
  name: "job_leases_claim",
  text: `INSERT INTO job_leases AS lease (job, holder, held_until, due_at)
         SELECT $1, $2::uuid, now + ${seconds("$3")}, now FROM clock_timestamp() AS now
         ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
           WHERE lease.due_at <= clock_timestamp() AND lease.held_until <= clock_timestamp()
         RETURNING job`,
};
const renew: Statement = {
  name: "job_leases_renew",
  text: `UPDATE job_leases SET held_until = clock_timestamp() + ${seconds("$3")}
         WHERE job = $1 AND holder = $2 AND held_until > clock_timestamp() RETURNING job`,
};
const release: Statement = {
  name: "job_leases_release",
  text: `UPDATE job_leases SET held_until = clock_timestamp(), due_at = clock_timestamp() + ${seconds("$3")}
         WHERE job = $1 AND holder = $2`,
};

export function createJobLeaseStore(database: Database): JobLeaseStore {
  const run = (tx: Tx | null, statement: Statement, { job, holder }: JobHolder, span: number) =>
    database.run(tx, statement, [job, holder, span]);
  return {
    async claim(tx, holder, leaseSeconds) {
      return (await run(tx, claim, holder, leaseSeconds)).length > 0;
    },
    async renew(tx, holder, leaseSeconds) {
      return (await run(tx, renew, holder, leaseSeconds)).length > 0;
    },
    async release(tx, holder, dueInSeconds) {
      await run(tx, release, holder, dueInSeconds);
    },
  };
}
