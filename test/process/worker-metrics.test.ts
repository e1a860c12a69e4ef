import { expect } from "chai";
import type { Exit } from "../../src/process/worker.js";
import { createWorkersMetrics } from "../../src/process/worker-metrics.js";
import { createPrometheusMetrics } from "../../src/telemetry/prometheus-metrics.js";

/** A worker that has counted, and its end. */
function countingWorker() {
  const metrics = createPrometheusMetrics("1.2.3");
  let end!: () => void;
  const exited = new Promise<Exit>((resolve) => {
    end = () => resolve({ code: 0, signal: null });
  });
  return { ...metrics, metrics: metrics.snapshot, exited, end };
}

const seriesOf = (text: string, name: string) =>
  new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, "m").exec(text)?.[1];

describe("the metrics of workers", () => {
  it("are their sum, and no counter goes back when one ends", async () => {
    const all = createWorkersMetrics();
    const [one, two] = [countingWorker(), countingWorker()];
    for (const worker of [one, two]) all.add(worker);
    one.limitsReached(["login"]);
    two.limitsReached(["login"]);
    const counts: (string | undefined)[] = [];
    const read = async () => {
      const text = await all.read();
      counts.push(seriesOf(text, "waterbill_rate_limited_total"), seriesOf(text, "waterbill_workers"));
    };
    await read();
    one.limitsReached(["login"]);
    one.end();
    // Meanwhile the worker is in one of the two sums.
    await Promise.all([read(), one.exited.then(read)]);
    await read();
    two.limitsReached(["login"]);
    two.end();
    await two.exited;
    await read();
    expect(counts.filter((_, index) => index % 2 === 0)).to.deep.equal(["2", "3", "3", "3", "4"]);
    expect(counts.at(-3)).to.equal("1");
    expect(counts.at(-1)).to.equal(undefined);
  });

  it("are nothing before there is a worker", async () => {
    expect((await createWorkersMetrics().read()).trim()).to.equal("");
  });
});
