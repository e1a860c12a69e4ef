import { EventEmitter } from "node:events";
import { expect } from "chai";
import { STOP_DEADLINE_MS, stopOnRequest } from "../../src/process/stop-on-request.js";
import { createLogger } from "../../src/system/logger.js";
import { until } from "../support/until.js";

describe("stopOnRequest", () => {
  /** Sends SIGTERM and then SIGINT; returns what was logged, and the codes that the process exited with. */
  async function stop(end: () => Promise<void>, shutdownDelaySeconds = 0) {
    const events = new EventEmitter();
    const exits: number[] = [];
    const lines: string[] = [];
    const host = {
      onSignal: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) =>
        void events.on(signal, listener),
      exit: (code: number) => void exits.push(code),
    };
    const retire = () => Promise.reject(new Error("retired"));
    const logger = createLogger("debug", { write: (line) => lines.push(line) });
    stopOnRequest(host, { stop: end, retire }, logger, shutdownDelaySeconds);
    events.emit("SIGTERM", "SIGTERM");
    events.emit("SIGINT", "SIGINT");
    await new Promise(setImmediate);
    return {
      get entries() {
        return lines.map((line) => JSON.parse(line));
      },
      exits,
    };
  }

  it("closes once, and lets the process end on its own", async () => {
    let closed = 0;
    const { entries, exits } = await stop(async () => {
      closed += 1;
    });
    expect(closed).to.equal(1);
    expect(exits).to.deep.equal([]);
    expect(entries.map(({ msg }) => msg)).to.deep.equal(["stopping", "stopped"]);
    expect(entries[0]).to.include({ signal: "SIGTERM" });
  });

  it("logs that closing failed, and exits with 1", async () => {
    const { entries, exits } = await stop(() => Promise.reject(new TypeError("x is not a function")));
    expect(exits).to.deep.equal([1]);
    expect(entries[1]).to.deep.include({ level: 50, msg: "could not stop" });
    expect(entries[1].err).to.include({ type: "TypeError" });
  });

  it("exits with 0 at the deadline, if something lives on that has nothing to do", async () => {
    const { exits } = await stop(async () => {}, -STOP_DEADLINE_MS / 1000);
    await until(() => exits.length > 0);
    expect(exits).to.deep.equal([0]);
  });

  it("exits with 1 at the deadline, if closing hangs", async () => {
    const stopped = await stop(() => new Promise(() => {}), -STOP_DEADLINE_MS / 1000);
    await until(() => stopped.exits.length > 0);
    expect(stopped.exits).to.deep.equal([1]);
    expect(stopped.entries.at(-1)).to.include({ msg: "could not stop in time" });
  });

  it("retires a worker once, and lets it leave its supervisor", async () => {
    const calls: string[] = [];
    let order: (reason: string) => void = () => {};
    const host = {
      onSignal: () => {},
      exit: (code: number) => void calls.push(`exit ${code}`),
      supervisor: {
        prepared: async () => {},
        lost: new Promise<never>(() => {}),
        serving: () => {},
        onRetire(retire: (reason: string) => void) {
          order = retire;
        },
        onMetricsRequest: () => {},
        reportMetrics: async () => {},
        leave: () => void calls.push("leave"),
      },
    };
    const app = {
      stop: () => Promise.reject(new Error("stopped")),
      retire: async () => void calls.push("retire"),
    };
    stopOnRequest(host, app, createLogger("silent"));
    order("replaced");
    order("replaced");
    await new Promise(setImmediate);
    expect(calls).to.deep.equal(["retire", "leave"]);
  });
});
