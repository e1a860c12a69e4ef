import { toPrometheusText, toTotals } from "../telemetry/merge-snapshots.js";
import type { MetricsSnapshot } from "../telemetry/metrics.js";
import { createSupervisorMetrics } from "../telemetry/supervisor-metrics.js";
import type { Worker } from "./worker.js";

type CountingWorker = Pick<Worker, "hasReported" | "metrics" | "exited">;

/** The metrics of all workers of a supervisor. */
export interface WorkersMetrics {
  /** Counts `worker` in from now on, and what it has counted for ever. */
  add(worker: CountingWorker): void;
  /** Returns the sum over all workers, in Prometheus's text format. */
  read(): Promise<string>;
}

/**
 * Adds up what the workers count. What one has counted stays when it ends, so no counter goes back: Prometheus would take
 * that for a restart, and count everything again. Of a worker that was killed, what it said last; of one that hangs too, and
 * nothing of its state. What the supervisor says itself takes the place of what workers say under the same name.
 */
export function createWorkersMetrics(startedAt: Date): WorkersMetrics {
  const own = createSupervisorMetrics(startedAt);
  /** Those that can be asked: before that, they don't listen, and have counted nothing. */
  const prepared = new Set<CountingWorker>();
  const serving = new Set<CountingWorker>();
  let ended: Promise<MetricsSnapshot> = Promise.resolve([]);

  function end(worker: CountingWorker): void {
    prepared.delete(worker);
    serving.delete(worker);
    ended = Promise.all([ended, worker.metrics().then(({ metrics }) => metrics)]).then(toTotals);
  }

  return {
    add(worker) {
      void worker.hasReported("prepared").then((is) => is && prepared.add(worker));
      void worker.hasReported("serving").then((is) => is && serving.add(worker));
      void worker.exited.then(({ code }) => {
        // At once: a reading that begins now finds the worker in one of the two.
        end(worker);
        if (code !== 0) own.workerFailed();
      });
    },
    async read() {
      const asked = [...prepared];
      const [before, readings] = await Promise.all([
        ended,
        Promise.all(asked.map((worker) => worker.metrics())),
      ]);
      const responding = asked.filter((worker, index) => serving.has(worker) && readings[index]?.isCurrent);
      const ours = await own.snapshot(responding.length);
      const names = new Set(ours.map(({ name }) => name));
      const theirs = await Promise.all(
        readings.map(({ metrics, isCurrent }) => (isCurrent ? metrics : toTotals([metrics]))),
      );
      const withoutOurs = theirs.map((snapshot) => snapshot.filter(({ name }) => !names.has(name)));
      return toPrometheusText([ours, before, ...withoutOurs]);
    },
  };
}
