import cluster, { type Worker as ClusterWorker } from "node:cluster";
import { withTimeout } from "../system/timeout.js";
import type { Exit, Worker, WorkerMetrics, WorkerOrder, WorkerReport } from "./worker.js";

// The supervisor accepts all connections and gives them to its workers in turn. The kernel could choose a worker too
// (SO_REUSEPORT), but loses the connections that wait for one that ends.
cluster.schedulingPolicy = cluster.SCHED_RR;

/**
 * Starts another process with the program and environment of this one, and WATERBILL_SUPERVISED. It ends when this one does.
 */
export function forkWorker(): Worker {
  const worker = cluster.fork({ WATERBILL_SUPERVISED: "true" });
  const { process: child } = worker;
  const exited = new Promise<Exit>((resolve) => {
    worker.once("exit", (code, signal) => resolve({ code, signal }));
    // Of a message to a worker that has just ended, before its exit; or there is no process, and no exit will follow.
    worker.on("error", () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  closeWhatItWasGiven(worker);
  const reports = { prepared: isReported(worker, "prepared"), serving: isReported(worker, "serving") };
  return {
    id: worker.id,
    pid: child.pid ?? 0,
    hasReported: (report) => Promise.race([reports[report], exited.then(() => false)]),
    order: (order) => void worker.send(order),
    metrics: metricsOf(worker, exited),
    kill: (signal) => void child.kill(signal),
    exited,
  };
}

/** A message with which node:cluster gives a worker a connection. */
const isGiven = (message: unknown): message is { seq: number } =>
  typeof message === "object" && message !== null && "act" in message && message.act === "newconn";

/**
 * Closes the connection that a worker was given when it ended, and had not accepted. node:cluster, which gives a worker one
 * at a time, forgets it (read in Node 20 to 24): its client would wait for an answer as long as the supervisor runs.
 */
function closeWhatItWasGiven({ process: child }: ClusterWorker): void {
  let given: { seq: number; connection: { close(): void } } | null = null;
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (...args: unknown[]) => {
    const [message, connection] = args;
    if (isGiven(message)) given = { seq: message.seq, connection: connection as { close(): void } };
    return send(...args);
  };
  child.on("internalMessage", ({ ack }: { ack?: number }) => {
    if (ack === given?.seq) given = null;
  });
  child.once("exit", () => given?.connection.close());
}

/** How long (ms) a worker may take to say what it has counted, whose own statement for that may take a quarter of it. */
const METRICS_TIMEOUT_MS = 2000;

const isMetrics = (message: unknown): message is WorkerMetrics =>
  typeof message === "object" && message !== null && "metrics" in message;

function metricsOf(worker: ClusterWorker, exited: Promise<Exit>): Worker["metrics"] {
  let latest: WorkerMetrics["metrics"] = [];
  /** The question that waits for a response, which all who ask meanwhile share. */
  let question: { isAnswered: Promise<boolean>; settle(isAnswered: boolean): void } | null = null;

  function settle(isAnswered: boolean): void {
    question?.settle(isAnswered);
    question = null;
  }

  function ask(): Promise<boolean> {
    let settleThis = (_isAnswered: boolean) => {};
    const isAnswered = new Promise<boolean>((resolve) => {
      settleThis = resolve;
    });
    question = { isAnswered, settle: settleThis };
    worker.send("report metrics" satisfies WorkerOrder);
    withTimeout(METRICS_TIMEOUT_MS, isAnswered).catch(() => settle(false));
    return isAnswered;
  }

  worker.on("message", (message: unknown) => {
    if (!isMetrics(message)) return;
    latest = message.metrics;
    settle(true);
  });
  void exited.then(() => settle(false));
  return async () => {
    const isCurrent = !worker.isDead() && (await (question?.isAnswered ?? ask()));
    return { metrics: latest, isCurrent };
  };
}

function isReported(worker: ClusterWorker, report: WorkerReport): Promise<boolean> {
  return new Promise((resolve) => {
    worker.on("message", (message: unknown) => {
      if (message === report) resolve(true);
    });
  });
}
