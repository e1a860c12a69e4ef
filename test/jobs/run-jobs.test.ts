import { expect } from "chai";
import { createJobLeaseStore } from "../../src/jobs/job-lease-store.js";
import { type Job, runJob } from "../../src/jobs/run-jobs.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { useTestDatabase } from "../support/database.js";
import { rejection } from "../support/rejection.js";

describe("a job", () => {
  const base = useTestDatabase();
  const clock = testClock();
  const deps = () => ({ jobLeases: createJobLeaseStore(base.database), clock, random: systemRandom });

  let runs = 0;
  const counting = (name: string): Job => ({
    name,
    async run() {
      runs += 1;
    },
  });
  beforeEach(() => {
    runs = 0;
  });

  /** Lets time pass for every job. */
  async function passTime(seconds: number): Promise<void> {
    const text = `UPDATE job_leases SET held_until = held_until - $1::float8 * interval '1 s',
                    due_at = due_at - $1::float8 * interval '1 s'`;
    await base.database.run(null, { name: "test_pass_job_time", text }, [seconds]);
  }

  it("is run by one of 100 processes that look at once", async () => {
    await Promise.all(Array.from({ length: 100 }, () => runJob(deps(), counting("at_once"))));
    expect(runs).to.equal(1);
  });

  it("is due again after nine minutes, for whoever looks then", async () => {
    const job = counting("again");
    await runJob(deps(), job);
    await passTime(530);
    await runJob(deps(), job);
    expect(runs).to.equal(1);
    await passTime(20);
    await runJob(deps(), job);
    await runJob(deps(), job);
    expect(runs).to.equal(2);
  });

  it("is run beside other jobs", async () => {
    await Promise.all([runJob(deps(), counting("one")), runJob(deps(), counting("other"))]);
    expect(runs).to.equal(2);
  });

  it("is due at once if it failed", async () => {
    const failing: Job = { name: "failing", run: () => Promise.reject(new Error("failed")) };
    expect(await rejection(runJob(deps(), failing))).to.have.property("message", "failed");
    await runJob(deps(), counting("failing"));
    expect(runs).to.equal(1);
  });

  it("is taken over a minute after its process died, and that process, if it lives, is told", async () => {
    const told: boolean[] = [];
    const slow: Job = {
      name: "slow",
      async run(mayGoOn) {
        told.push(await mayGoOn());
        // As if the process had hung.
        await passTime(61);
        await runJob(deps(), counting("slow"));
        clock.advance(21);
        told.push(await mayGoOn(), await mayGoOn());
      },
    };
    await runJob(deps(), slow);
    expect([runs, told]).to.deep.equal([1, [true, false, false]]);
    // Its end changes nothing for the other one.
    await runJob(deps(), counting("slow"));
    expect(runs).to.equal(1);
  });

  it("keeps its lease as long as it works", async () => {
    const others: number[] = [];
    const long: Job = {
      name: "long",
      async run(mayGoOn) {
        for (let step = 0; step < 5; step += 1) {
          await passTime(30);
          clock.advance(30);
          expect(await mayGoOn()).to.equal(true);
          await runJob(deps(), counting("long"));
          others.push(runs);
        }
      },
    };
    await runJob(deps(), long);
    expect(others).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it("ends when its process stops, and is due at once for the others", async () => {
    let isStopping = false;
    const steps: boolean[] = [];
    const stopped: Job = {
      name: "stopped",
      async run(mayGoOn) {
        steps.push(await mayGoOn());
        isStopping = true;
        steps.push(await mayGoOn());
      },
    };
    await runJob(deps(), stopped, () => isStopping);
    expect(steps).to.deep.equal([true, false]);
    await runJob(deps(), counting("stopped"));
    expect(runs).to.equal(1);
  });
});
