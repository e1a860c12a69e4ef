import { Gauge, Registry } from "prom-client";
import type { MetricsSnapshot } from "./metrics.js";
import { registerWorkers } from "./watch-gauges.js";

/** What a supervisor says of its workers, and of itself. */
export interface SupervisorMetrics {
  /** Counts a worker that ended though nobody told it to, or with an error. */
  workerFailed(): void;
  snapshot(servingCount: number): Promise<MetricsSnapshot>;
}

/** `startedAt`: when the supervisor started, which is the start of the whole: its workers come and go. */
export function createSupervisorMetrics(startedAt: Date): SupervisorMetrics {
  const register = new Registry();
  const { workers, failures } = registerWorkers(register);
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    registers: [register],
  }).set(Math.round(startedAt.getTime() / 1000));
  return {
    workerFailed: () => failures.inc(),
    snapshot(servingCount) {
      workers.set(servingCount);
      return register.getMetricsAsJSON() as ReturnType<SupervisorMetrics["snapshot"]>;
    },
  };
}
