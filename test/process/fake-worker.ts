import type { Exit, Worker, WorkerOrder, WorkerReport } from "../../src/process/worker.js";

/** A worker that does what the test says, and records what is done to it. */
export interface FakeWorker extends Worker {
  readonly orders: WorkerOrder[];
  readonly signals: string[];
  report(report: WorkerReport): void;
  end(exit: Partial<Exit>): void;
}

/** A promise that is resolved from outside. */
export function deferred<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** `onOrder` gets what the supervisor orders. */
export function fakeWorker(
  id: number,
  onOrder: (worker: FakeWorker, order: WorkerOrder) => void,
): FakeWorker {
  const reported = { prepared: deferred<boolean>(), serving: deferred<boolean>() };
  const exited = deferred<Exit>();
  const worker: FakeWorker = {
    id,
    pid: 1000 + id,
    orders: [],
    signals: [],
    exited: exited.promise,
    hasReported: (report) => reported[report].promise,
    order(order) {
      worker.orders.push(order);
      onOrder(worker, order);
    },
    metrics: async () => ({ metrics: [], isCurrent: true }),
    kill(signal) {
      worker.signals.push(signal);
      if (signal === "SIGKILL") worker.end({ signal });
    },
    report: (report) => reported[report].resolve(true),
    end({ code = null, signal = null }) {
      for (const { resolve } of Object.values(reported)) resolve(false);
      exited.resolve({ code, signal });
    },
  };
  return worker;
}

/** A worker that could serve, does what it is told, and ends well at any signal. */
export function obedientWorker(id: number): FakeWorker {
  const worker = fakeWorker(id, (each, order) => {
    if (order === "listen") each.report("serving");
    else each.end({ code: 0 });
  });
  worker.report("prepared");
  return { ...worker, kill: () => worker.end({ code: 0 }) };
}
