import type { Worker as ClusterWorker } from "node:cluster";
import { LoggableError } from "../system/loggable-error.js";
import type { MetricsSnapshot } from "../telemetry/metrics.js";
import type { WorkerMetrics, WorkerOrder, WorkerReport } from "./worker.js";

/** A worker's way to its supervisor. */
export interface SupervisorLink {
  /** Reports that this worker could serve. Resolves when it shall. Rejects when the supervisor has ended. */
  prepared(): Promise<void>;
  /** Rejects when the supervisor has ended: then the port can't be opened any more, and Node doesn't say so. */
  readonly lost: Promise<never>;
  /** Reports that this worker serves. */
  serving(): void;
  /**
   * Calls `retire` when another worker serves instead, and when the supervisor has ended, which held the port; with the
   * reason.
   */
  onRetire(retire: (reason: string) => void): void;
  /** Calls `respond` when the supervisor asks for the metrics. */
  onMetricsRequest(respond: () => void): void;
  /** Reports the metrics. Resolves when they are on their way, or the supervisor has ended. */
  reportMetrics(metrics: MetricsSnapshot): Promise<void>;
  /** Disconnects, so that the process can end. */
  leave(): void;
}

/** Connects this process, which is `worker`, to its supervisor. */
export function linkToSupervisor(worker: ClusterWorker): SupervisorLink {
  // Node would end a worker that has lost its supervisor at once, with the calls in flight.
  worker.exitedAfterDisconnect = true;
  // Of a message to a supervisor that has just ended; "disconnect" follows.
  worker.on("error", () => {});
  const onLost = (listener: () => void) => {
    if (worker.isConnected()) worker.once("disconnect", listener);
    else listener();
  };
  const onOrder = (order: WorkerOrder, listener: () => void) =>
    void worker.on("message", (message: unknown) => {
      if (message === order) listener();
    });
  const report = (text: WorkerReport) => void (worker.isConnected() && worker.send(text));
  const reportMetrics = (metrics: MetricsSnapshot) =>
    new Promise<void>((resolve) => {
      if (!worker.isConnected()) return resolve();
      worker.send({ metrics } satisfies WorkerMetrics, () => resolve());
    });
  const lost = new Promise<never>((_, reject) => {
    onLost(() => reject(new LoggableError("The supervisor of this worker has ended.")));
  });
  // Once the worker serves, nobody waits for it.
  lost.catch(() => {});
  return {
    async prepared() {
      const ordered = new Promise<void>((resolve) => onOrder("listen", resolve));
      report("prepared");
      await Promise.race([ordered, lost]);
    },
    lost,
    serving: () => report("serving"),
    onRetire(retire) {
      onOrder("retire", () => retire("replaced"));
      onLost(() => retire("supervisor ended"));
    },
    onMetricsRequest: (respond) => onOrder("report metrics", respond),
    reportMetrics,
    leave: () => void (worker.isConnected() && worker.disconnect()),
  };
}
