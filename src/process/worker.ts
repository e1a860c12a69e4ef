import type { MetricsSnapshot } from "../telemetry/metrics.js";

/** What a worker reports: that it could serve, and that it serves. */
export type WorkerReport = "prepared" | "serving";

/** What a worker has counted so far: when it is asked, and when it ends. */
export interface WorkerMetrics {
  metrics: MetricsSnapshot;
}

/** What a supervisor orders: to serve, to report its metrics, and to end because another worker serves instead. */
export type WorkerOrder = "listen" | "report metrics" | "retire";

/** How a process ended: with an exit code, or by a signal. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** What a worker has counted. */
interface WorkerReading {
  /** What it said last. */
  metrics: MetricsSnapshot;
  /** Whether it said so now; if not, it has ended or hangs. */
  isCurrent: boolean;
}

/** A worker, as its supervisor sees it. */
export interface Worker {
  /** Unique among all workers of the supervisor; it is in each line that the worker logs. */
  readonly id: number;
  readonly pid: number;
  /** Resolves with true when the worker reports it, with false when it has ended without. */
  hasReported(report: WorkerReport): Promise<boolean>;
  order(order: WorkerOrder): void;
  /** Asks for what the worker has counted. */
  metrics(): Promise<WorkerReading>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
}
