import type { Worker as ClusterWorker } from "node:cluster";
import { LoggableError } from "../system/loggable-error.js";
import type { WorkerOrder, WorkerReport } from "./worker.js";

/** A worker's way to its supervisor. */
export interface SupervisorLink {
  /** Reports that this worker could serve. Resolves when it shall. Rejects when the supervisor has ended. */
  prepared(): Promise<void>;
  /** Reports that this worker serves. */
  serving(): void;
  /**
   * Calls `retire` when another worker serves instead, and when the supervisor has ended, which held the port; with the
   * reason.
   */
  onRetire(retire: (reason: string) => void): void;
  /** Disconnects, so that the process can end. */
  leave(): void;
}

/** Connects this process, which is `worker`, to its supervisor. */
export function linkToSupervisor(worker: ClusterWorker): SupervisorLink {
  // Node would end a worker that has lost its supervisor at once, with the calls in flight.
  worker.exitedAfterDisconnect = true;
  const report = (text: WorkerReport) => void (worker.isConnected() && worker.send(text));
  const onOrder = (order: WorkerOrder, listener: () => void) =>
    void worker.on("message", (message: unknown) => {
      if (message === order) listener();
    });
  return {
    prepared: () =>
      new Promise((resolve, reject) => {
        onOrder("listen", resolve);
        const lost = () => reject(new LoggableError("The supervisor of this worker has ended."));
        if (worker.isConnected()) worker.once("disconnect", lost);
        else lost();
        report("prepared");
      }),
    serving: () => report("serving"),
    onRetire(retire) {
      onOrder("retire", () => retire("replaced"));
      worker.once("disconnect", () => retire("supervisor ended"));
    },
    leave: () => void (worker.isConnected() && worker.disconnect()),
  };
}
