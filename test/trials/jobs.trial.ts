import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { openDatabase } from "../../src/db/open-database.js";
import { createJobLeaseStore } from "../../src/jobs/job-lease-store.js";
import { createJobs } from "../../src/jobs/jobs.js";
import { runJob } from "../../src/jobs/run-jobs.js";
import { createSmsBudgetStore } from "../../src/sms/sms-budget-store.js";
import { systemClock } from "../../src/system/clock.js";
import { systemRandom } from "../../src/system/random.js";
import { query } from "./database-invariants.js";
import { runTrial } from "./trial.js";
import { startContext } from "./trial-context.js";

// A million expired rows, and two processes that find them: `npm run trials -- jobs`, two minutes. One of them deletes, in
// statements of a thousand rows, while calls that write the same table go on.

const ROWS = 1_000_000;

const fill = `INSERT INTO sms_counts (scope, bucket, sent)
  SELECT 'address:' || n, timestamptz '2020-01-01' + (n % 1000) * interval '5 minutes', 1 FROM generate_series(1, ${ROWS}) AS n`;

await runTrial("jobs", [], async (trial) => {
  const { context } = await startContext(trial);
  const { database } = context.testDatabase;
  const left = async () =>
    Number(Object.values((await query(database, "SELECT count(*) FROM sms_counts"))[0] ?? {})[0]);

  await trial.step("a million expired rows", async () => {
    const filling = openDatabase({ url: context.testDatabase.url, poolSize: 1, statementTimeoutMs: 600_000 });
    await filling.run(null, { name: "fill", text: fill, isAdHoc: true }, []);
    await filling.close();
    expect(await left()).to.equal(ROWS);
  });

  /** A process with a database of its own, whose deletions are counted. */
  async function startProcess() {
    const deleted: number[] = [];
    const own = openDatabase({ url: context.testDatabase.url, poolSize: 4 });
    trial.atEnd(() => own.close());
    const counting = {
      ...own,
      async run<Row extends object>(...[tx, statement, values]: Parameters<typeof own.run>) {
        const rows = await own.run<Row>(tx, statement, values);
        const { count = 0 } = (rows[0] ?? {}) as { count?: number };
        if (statement.name === "sms_counts_delete_expired") deleted.push(count);
        return rows;
      },
    };
    const deps = {
      ...context.anotherProcess(),
      clock: systemClock,
      smsCounts: createSmsBudgetStore(counting),
      erasureFailed(error: unknown) {
        throw error;
      },
    };
    const jobs = createJobs(deps);
    const jobLeases = createJobLeaseStore(own);
    return {
      deleted,
      run: () =>
        Promise.all(jobs.map((job) => runJob({ jobLeases, clock: systemClock, random: systemRandom }, job))),
    };
  }

  await trial.step("leave in batches of a thousand, by one process of two", async () => {
    const processes = [await startProcess(), await startProcess()];
    let slowestMs = 0;
    let isOver = false;
    const writes = (async () => {
      while (!isOver) {
        const start = performance.now();
        const scopes = { country: "237", address: "192.0.2.1" };
        await context.app.smsCounts.add(null, scopes, systemClock.now(), { sent: 1, failed: 0 });
        slowestMs = Math.max(slowestMs, performance.now() - start);
        await delay(10);
      }
    })();
    const start = performance.now();
    await Promise.all(processes.map(({ run }) => run()));
    isOver = true;
    await writes;
    const [one, two] = processes.map(({ deleted }) => deleted.reduce((sum, count) => sum + count, 0));
    expect([one, two].sort((a, b) => a! - b!)).to.deep.equal([0, ROWS]);
    expect(Math.max(...processes.flatMap(({ deleted }) => deleted))).to.equal(1000);
    expect(await left()).to.be.below(10);
    const seconds = Math.round((performance.now() - start) / 1000);
    return `${seconds} s; the slowest write beside them took ${Math.round(slowestMs)} ms`;
  });
});
