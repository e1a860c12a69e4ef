import { toPrometheusText, toTotals } from "../telemetry/merge-snapshots.js";
import type { MetricsSnapshot } from "../telemetry/metrics.js";
import type { Worker } from "./worker.js";

/** The metrics of all workers of a supervisor. */
export interface WorkersMetrics {
  /** Counts `worker` in from now on, and what it has counted for ever. */
  add(worker: Pick<Worker, "metrics" | "exited">): void;
  /** Returns the sum over all workers, in Prometheus's text format. */
  read(): Promise<string>;
}

/**
 * Adds up what the workers count. What one has counted stays when it ends, so no counter goes back: Prometheus would take
 * that for a restart, and count everything again. Of a worker that was killed, what it said last.
 */
export function createWorkersMetrics(): WorkersMetrics {
  const workers = new Set<Pick<Worker, "metrics">>();
  let ended: Promise<MetricsSnapshot> = Promise.resolve([]);
  return {
    add(worker) {
      workers.add(worker);
      void worker.exited.then(() => {
        // At once: a reading that begins now finds the worker in one of the two.
        workers.delete(worker);
        ended = Promise.all([ended, worker.metrics()]).then(toTotals);
      });
    },
    async read() {
      return toPrometheusText(
        await Promise.all([ended, ...Array.from(workers, (worker) => worker.metrics())]),
      );
    },
  };
}
