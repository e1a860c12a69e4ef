import { EventEmitter } from "node:events";
import { expect } from "chai";
import { stopOnSignals } from "../../src/process/stop-on-signals.js";
import { createLogger } from "../../src/system/logger.js";

describe("stopOnSignals", () => {
  /** Sends SIGTERM and then SIGINT; returns what was logged, and the codes that the process exited with. */
  async function stop(close: () => Promise<void>) {
    const events = new EventEmitter();
    const exits: number[] = [];
    const lines: string[] = [];
    const host = {
      onSignal: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) =>
        void events.on(signal, listener),
      exit: (code: number) => void exits.push(code),
    };
    stopOnSignals(host, { close }, createLogger("debug", { write: (line) => lines.push(line) }));
    events.emit("SIGTERM", "SIGTERM");
    events.emit("SIGINT", "SIGINT");
    await new Promise(setImmediate);
    return { entries: lines.map((line) => JSON.parse(line)), exits };
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
});
