import { expect } from "chai";
import type { Exit, WorkerReport } from "../../src/process/worker.js";
import { createWorkersMetrics } from "../../src/process/worker-metrics.js";
import { createPrometheusMetrics } from "../../src/telemetry/prometheus-metrics.js";
import { deferred } from "./fake-worker.js";

const STARTED_AT = new Date("2026-01-01T00:00:00Z");

/** A worker that counts, may hang, and ends. */
function countingWorker() {
  const metrics = createPrometheusMetrics("1.2.3");
  const reports = { prepared: deferred<boolean>(), serving: deferred<boolean>() };
  const exited = deferred<Exit>();
  const worker = {
    ...metrics,
    hangs: false,
    metrics: async () => ({ metrics: await metrics.snapshot(), isCurrent: !worker.hangs }),
    hasReported: (report: WorkerReport) => reports[report].promise,
    report: (report: WorkerReport) => reports[report].resolve(true),
    exited: exited.promise,
    async end(code: number | null = 0) {
      for (const { resolve } of Object.values(reports)) resolve(false);
      exited.resolve({ code, signal: code === null ? "SIGKILL" : null });
      await exited.promise;
    },
  };
  return worker;
}

function servingWorker() {
  const worker = countingWorker();
  for (const report of ["prepared", "serving"] as const) worker.report(report);
  return worker;
}

/** Resolves when what workers report has been noticed. */
const reported = () => new Promise(setImmediate);

const seriesOf = (text: string, name: string) =>
  new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, "m").exec(text)?.[1];

describe("the metrics of workers", () => {
  const all = () => createWorkersMetrics(STARTED_AT);

  it("are their sum, and no counter goes back when one ends", async () => {
    const { add, read } = all();
    const [one, two] = [servingWorker(), servingWorker()];
    for (const worker of [one, two]) add(worker);
    await reported();
    one.limitsReached(["login"]);
    two.limitsReached(["login"]);
    const counts: (string | undefined)[] = [];
    const count = async () => {
      const text = await read();
      counts.push(seriesOf(text, "waterbill_rate_limited_total"), seriesOf(text, "waterbill_workers"));
    };
    await count();
    one.limitsReached(["login"]);
    const end = one.end();
    // Meanwhile the worker is in one of the two sums.
    await Promise.all([count(), end.then(count)]);
    await count();
    two.limitsReached(["login"]);
    await two.end();
    await count();
    expect(counts.filter((_, index) => index % 2 === 0)).to.deep.equal(["2", "3", "3", "3", "4"]);
    expect(counts.at(-3)).to.equal("1");
    expect(counts.at(-1)).to.equal("0");
  });

  it("don't ask a worker that is not prepared, and count those that serve", async () => {
    const { add, read } = all();
    const worker = countingWorker();
    worker.hangs = true;
    add(worker);
    const serving = async () => seriesOf(await read(), "waterbill_workers");
    expect(await serving()).to.equal("0");
    worker.hangs = false;
    worker.report("prepared");
    await reported();
    expect(await serving()).to.equal("0");
    worker.report("serving");
    await reported();
    expect(await serving()).to.equal("1");
  });

  it("have of a worker that hangs what it counted, and nothing of its state", async () => {
    const { add, read } = all();
    const worker = servingWorker();
    add(worker);
    await reported();
    worker.limitsReached(["login"]);
    worker.hangs = true;
    const text = await read();
    expect(seriesOf(text, "waterbill_rate_limited_total")).to.equal("1");
    expect(seriesOf(text, "waterbill_workers")).to.equal("0");
    expect(seriesOf(text, "process_resident_memory_bytes")).to.equal(undefined);
  });

  it("count workers that failed, and not those that ended as they were told", async () => {
    const { add, read } = all();
    const workers = [servingWorker(), servingWorker(), servingWorker()] as const;
    for (const worker of workers) add(worker);
    await reported();
    await workers[0].end(0);
    await workers[1].end(1);
    await workers[2].end(null);
    expect(seriesOf(await read(), "waterbill_worker_failures_total")).to.equal("2");
  });

  it("have the start of the supervisor, whatever workers start", async () => {
    const { add, read } = all();
    add(servingWorker());
    await reported();
    const text = await read();
    expect(seriesOf(text, "process_start_time_seconds")).to.equal(String(STARTED_AT.getTime() / 1000));
    expect(text.match(/^process_start_time_seconds /gm)).to.have.length(1);
  });

  it("say that none serves before there is a worker", async () => {
    expect(seriesOf(await all().read(), "waterbill_workers")).to.equal("0");
  });
});
