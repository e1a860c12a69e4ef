/** What a worker reports: that it could serve, and that it serves. */
export type WorkerReport = "prepared" | "serving";

/** What a supervisor orders: to serve, and to end because another worker serves instead. */
export type WorkerOrder = "listen" | "retire";

/** How a process ended: with an exit code, or by a signal. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** A worker, as its supervisor sees it. */
export interface Worker {
  /** Unique among all workers of the supervisor; it is in each line that the worker logs. */
  readonly id: number;
  readonly pid: number;
  /** Resolves with true when the worker reports it, with false when it has ended without. */
  hasReported(report: WorkerReport): Promise<boolean>;
  order(order: WorkerOrder): void;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
}
