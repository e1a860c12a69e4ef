import { expect } from "chai";
import { createSupervisor, restartDelay } from "../../src/process/supervisor.js";
import { createLogger } from "../../src/system/logger.js";
import { type FakeWorker, fakeWorker } from "./fake-worker.js";

describe("the supervisor", () => {
  /** Workers that obey, unless the test sets `isObedient` to false; the newest last. */
  function start() {
    const workers: FakeWorker[] = [];
    const waits: { ms: number; pass: () => void }[] = [];
    const lines: string[] = [];
    const state = { isObedient: true, hasMemory: true, nowMs: 0 };
    const supervisor = createSupervisor({
      fork() {
        if (!state.hasMemory) throw new Error("spawn ENOMEM");
        const worker = fakeWorker(workers.length + 1, (each, order) => {
          if (!state.isObedient) return;
          if (order === "listen") each.report("serving");
          else each.end({ code: 0 });
        });
        workers.push(worker);
        if (state.isObedient) worker.report("prepared");
        return worker;
      },
      wait: (ms, signal) =>
        new Promise((resolve) => {
          const wait = { ms, pass: resolve };
          waits.push(wait);
          signal.addEventListener("abort", () => {
            waits.splice(waits.indexOf(wait), 1);
            resolve();
          });
        }),
      clock: { monotonicMs: () => state.nowMs },
      logger: createLogger("info", { write: (line) => lines.push(JSON.parse(line).msg) }),
    });
    const settle = () => new Promise(setImmediate);
    return {
      supervisor,
      workers,
      waits,
      lines,
      state,
      settle,
      /** Lets the time pass that the supervisor waits for before it starts a worker. */
      async pass(ms: number) {
        await settle();
        const wait = waits.pop();
        expect(wait?.ms).to.equal(ms);
        wait?.pass();
        await settle();
      },
      orders: () => workers.map(({ orders }) => orders.join(" ")),
    };
  }

  /** Starts a worker, and a restart whose new worker serves while the former one does nothing. */
  async function replaceOnly({ supervisor, workers, state, settle }: ReturnType<typeof start>) {
    await supervisor.start(1);
    state.isObedient = false;
    const restarted = supervisor.restart(1);
    await settle();
    workers[1]!.report("prepared");
    workers[1]!.report("serving");
    return { restarted };
  }

  it("lets the first worker prepare alone, and none serve before all can", async () => {
    const { supervisor, workers, state, settle, orders } = start();
    state.isObedient = false;
    const started = supervisor.start(3);
    await settle();
    expect(workers).to.have.length(1);
    workers[0]!.report("prepared");
    await settle();
    expect(workers).to.have.length(3);
    workers[2]!.report("prepared");
    await settle();
    expect(orders()).to.deep.equal(["", "", ""]);
    workers[1]!.report("prepared");
    await settle();
    expect(orders()).to.deep.equal(["listen", "", ""]);
    for (const worker of workers) worker.report("serving");
    expect(await started).to.equal(true);
    expect(orders()).to.deep.equal(["listen", "listen", "listen"]);
  });

  for (const [when, reports] of [
    ["before it could serve", []],
    ["when it should serve", ["prepared"]],
  ] as const) {
    it(`does not start if the first worker ends ${when}`, async () => {
      const { supervisor, workers, state, settle } = start();
      state.isObedient = false;
      const started = supervisor.start(2);
      for (const report of reports) workers[0]!.report(report);
      await settle();
      for (const worker of workers) worker.end({ code: 1 });
      expect(await started).to.equal(false);
    });
  }

  it("replaces a worker that ends, at once if it has served for long", async () => {
    const { supervisor, workers, state, pass, orders, lines } = start();
    await supervisor.start(2);
    state.nowMs = 60_000;
    workers[0]!.end({ signal: "SIGKILL" });
    await pass(0);
    expect(orders()).to.deep.equal(["listen", "listen", "listen"]);
    expect(lines).to.include("a worker has ended");
  });

  it("waits longer before each try while workers end soon or can't start", async () => {
    const { supervisor, workers, state, settle, pass } = start();
    await supervisor.start(1);
    workers[0]!.end({ code: 1 });
    await pass(500);
    workers[1]!.end({ code: 1 });
    state.isObedient = false;
    await pass(1000);
    workers[2]!.end({ code: 1 });
    await pass(2000);
    workers[3]!.report("prepared");
    await settle();
    workers[3]!.end({ code: 1 });
    state.isObedient = true;
    await pass(4000);
    expect(workers).to.have.length(5);
    state.nowMs = 60_000;
    workers[4]!.end({ code: 1 });
    await pass(0);
    expect(workers).to.have.length(6);
    expect([0, 1, 2, 7, 8, 100].map(restartDelay)).to.deep.equal([0, 500, 1000, 30_000, 30_000, 30_000]);
  });

  it("replaces the workers one after the other, each when its successor serves", async () => {
    const { supervisor, workers, state, settle, orders } = start();
    await supervisor.start(2);
    state.isObedient = false;
    const restarted = supervisor.restart(2);
    await settle();
    expect(workers).to.have.length(3);
    workers[2]!.report("prepared");
    await settle();
    expect(orders()).to.deep.equal(["listen", "listen", "listen"]);
    workers[2]!.report("serving");
    await settle();
    expect(orders()).to.deep.equal(["listen retire", "listen", "listen"]);
    expect(workers).to.have.length(3);
    state.isObedient = true;
    workers[0]!.end({ code: 0 });
    expect(await restarted).to.equal(true);
    expect(orders()).to.deep.equal(["listen retire", "listen retire", "listen", "listen"]);
    expect(workers.flatMap(({ signals }) => signals)).to.deep.equal([]);
  });

  it("kills a worker that does not end when it is replaced", async () => {
    const started = start();
    const { workers, pass } = started;
    const { restarted } = await replaceOnly(started);
    await pass(12_000);
    expect(await restarted).to.equal(true);
    expect(workers[0]!.signals).to.deep.equal(["SIGKILL"]);
  });

  it("keeps the former workers, and replaces them further, if a successor can't start", async () => {
    const { supervisor, workers, state, settle, pass, orders } = start();
    await supervisor.start(2);
    state.isObedient = false;
    const restarted = supervisor.restart(2);
    await settle();
    workers[2]!.end({ code: 1 });
    expect(await restarted).to.equal(false);
    expect(orders()).to.deep.equal(["listen", "listen", ""]);

    state.isObedient = true;
    workers[0]!.end({ signal: "SIGKILL" });
    await pass(500);
    expect(workers).to.have.length(4);

    state.isObedient = false;
    const third = supervisor.restart(2);
    await settle();
    // The one that was about to be replaced ends, and its successor does not start either.
    workers[1]!.end({ signal: "SIGKILL" });
    workers[4]!.end({ code: 1 });
    expect(await third).to.equal(false);
    state.isObedient = true;
    await pass(500);
    expect(orders().slice(3)).to.deep.equal(["listen", "", "listen"]);
  });

  it("starts more workers, or fewer, when another number is wanted", async () => {
    const { supervisor, workers } = start();
    const serving = () => workers.filter(({ orders }) => orders.join() === "listen").length;
    await supervisor.start(2);
    await supervisor.restart(4);
    expect(serving()).to.equal(4);
    await supervisor.restart(1);
    expect(serving()).to.equal(1);
    expect(workers).to.have.length(7);
  });

  it("counts a worker that is about to be replaced", async () => {
    const { supervisor, workers, pass, settle } = start();
    await supervisor.start(2);
    workers[0]!.end({ code: 1 });
    await settle();
    await supervisor.restart(2);
    expect(workers).to.have.length(3);
    await pass(500);
    expect(workers).to.have.length(4);
  });

  it("does not replace twice one that ends while another is replaced", async () => {
    const { supervisor, workers, state, settle, pass, orders } = start();
    await supervisor.start(2);
    state.isObedient = false;
    const restarted = supervisor.restart(2);
    await settle();
    workers[1]!.end({ signal: "SIGKILL" });
    state.isObedient = true;
    workers[2]!.report("prepared");
    expect(await restarted).to.equal(true);
    await pass(500);
    expect(orders()).to.deep.equal(["listen retire", "listen", "listen", "listen"]);
    expect(workers).to.have.length(4);
  });

  it("gives up to replace workers that are not wanted any more", async () => {
    const { supervisor, workers, waits, settle } = start();
    await supervisor.start(4);
    for (const worker of workers.slice(1)) worker.end({ code: 1 });
    await settle();
    expect(await supervisor.restart(2)).to.equal(true);
    for (const wait of waits) wait.pass();
    await settle();
    // The successor of the one that served, and one of the three.
    expect(workers).to.have.length(6);
  });

  it("tries again when no process can be made, and says so", async () => {
    const { supervisor, workers, state, pass, lines } = start();
    await supervisor.start(1);
    state.hasMemory = false;
    workers[0]!.end({ code: 1 });
    await pass(500);
    expect(lines).to.include("a worker could not be forked");
    state.hasMemory = true;
    await pass(1000);
    expect(workers).to.have.length(2);
  });

  it("logs a failure of a worker that was told to end", async () => {
    const started = start();
    const { workers, settle, lines } = started;
    const { restarted } = await replaceOnly(started);
    await settle();
    workers[0]!.end({ code: 1 });
    expect(await restarted).to.equal(true);
    expect(lines).to.include("a worker has ended");
  });

  it("stops all workers, and starts none afterwards", async () => {
    const { supervisor, workers, waits, settle } = start();
    await supervisor.start(2);
    workers[0]!.end({ code: 1 });
    await settle();
    expect(waits).to.have.length(1);
    const stopped = supervisor.stop(1000);
    await settle();
    expect(workers[1]!.signals).to.deep.equal(["SIGTERM"]);
    workers[1]!.end({ code: 0 });
    expect(await stopped).to.equal(true);
    expect(workers).to.have.length(2);
    expect(await supervisor.restart(2)).to.equal(false);
    expect(workers).to.have.length(2);
  });

  it("kills what has not ended in time, and says so", async () => {
    const { supervisor, workers, pass } = start();
    await supervisor.start(2);
    const stopped = supervisor.stop(1000);
    workers[0]!.end({ code: 0 });
    await pass(1000);
    expect(workers.map(({ signals }) => signals)).to.deep.equal([["SIGTERM"], ["SIGTERM", "SIGKILL"]]);
    expect(await stopped).to.equal(false);
  });
});
