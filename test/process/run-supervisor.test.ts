import { EventEmitter, once } from "node:events";
import { expect } from "chai";
import type { EnvironmentVariables } from "../../src/config-files.js";
import { runSupervisor } from "../../src/process/run-supervisor.js";
import { testLogger } from "../support/log.js";
import { type FakeWorker, obedientWorker } from "./fake-worker.js";

const valid = {
  NODE_ENV: "test",
  WORKERS: "2",
  DATABASE_URL: "postgres://localhost/waterbill",
  REDIS_URL: "redis://localhost",
};

describe("the supervisor's process", () => {
  /** A process whose workers obey at once, and which records what happens. */
  function fakeProcess(variables: EnvironmentVariables) {
    const events = new EventEmitter();
    const workers: FakeWorker[] = [];
    const log: Record<string, unknown>[] = [];
    const errors: string[] = [];
    const exits: number[] = [];
    const state = { variables, canStart: true };
    const host = {
      fork() {
        const worker = obedientWorker(workers.length + 1);
        if (!state.canStart) worker.end({ code: 1 });
        workers.push(worker);
        return state.canStart ? worker : { ...worker, hasReported: async () => false };
      },
      readEnvironment: () => state.variables,
      openLog: async () =>
        testLogger((line) => {
          log.push(JSON.parse(line));
          events.emit("log");
        }),
      printError: (line: string) => void errors.push(line),
      onSignal: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) =>
        void events.on(signal, listener),
      onUncaught: () => {},
      exit: (code: number) => void exits.push(code),
    };
    return {
      ...{ host, state, workers, log, errors, exits },
      orders: () => workers.map(({ orders }) => orders.join(" ")),
      signal: (signal: NodeJS.Signals) => void events.emit(signal, signal),
      async logged(message: string) {
        while (!log.some(({ msg }) => msg === message)) await once(events, "log");
      },
    };
  }

  it("starts the workers, replaces them at SIGHUP and stops them", async () => {
    const { host, state, orders, signal, logged, exits } = fakeProcess(valid);
    await runSupervisor(host);
    expect(orders()).to.deep.equal(["listen", "listen"]);
    state.variables = { ...valid, WORKERS: "3" };
    signal("SIGHUP");
    await logged("all workers are replaced");
    expect(orders()).to.deep.equal(["listen retire", "listen retire", "listen", "listen", "listen"]);
    signal("SIGTERM");
    signal("SIGINT");
    await logged("all workers have stopped");
    expect(exits).to.deep.equal([]);
  });

  it("replaces them once more, and not twice, when it is told so meanwhile", async () => {
    const { host, signal, log, workers } = fakeProcess({ ...valid, WORKERS: "1" });
    await runSupervisor(host);
    for (let time = 0; time < 4; time++) signal("SIGHUP");
    while (log.filter(({ msg }) => msg === "all workers are replaced").length < 2) {
      await new Promise(setImmediate);
    }
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(workers).to.have.length(3);
  });

  it("has one worker when WORKERS goes", async () => {
    const { host, state, signal, logged, orders } = fakeProcess(valid);
    await runSupervisor(host);
    state.variables = { ...valid, WORKERS: "" };
    signal("SIGHUP");
    await logged("all workers are replaced");
    expect(orders().filter((each) => each === "listen")).to.have.length(1);
  });

  it("keeps the workers when the configuration is not valid any more", async () => {
    const { host, state, orders, signal, log, logged } = fakeProcess(valid);
    await runSupervisor(host);
    state.variables = { ...valid, PORT: "none" };
    signal("SIGHUP");
    await logged("the configuration is not valid: no worker is replaced");
    expect(orders()).to.deep.equal(["listen", "listen"]);
    expect(JSON.stringify(log.at(-1))).to.include("PORT: must be a whole number from 0 to 65535");
  });

  it("keeps the workers when a successor can't start", async () => {
    const { host, state, orders, signal, logged } = fakeProcess(valid);
    await runSupervisor(host);
    state.canStart = false;
    signal("SIGHUP");
    await logged("a worker could not start: those that serve go on");
    expect(orders()).to.deep.equal(["listen", "listen", ""]);
  });

  it("logs the warnings of the configuration", async () => {
    const warned = {
      ...valid,
      TWILIO_ACCOUNT_SID: "AC123",
      TWILIO_AUTH_TOKEN: "token",
      TWILIO_FROM_NUMBER: "+15005550006",
    };
    const { host, log } = fakeProcess(warned);
    await runSupervisor(host);
    expect(log.filter(({ level }) => level === 40)).to.have.length(1);
  });

  it("exits with 1 if the configuration is not valid, and names what workers need", async () => {
    const { host, errors, exits, workers } = fakeProcess({ NODE_ENV: "test", WORKERS: "0" });
    await runSupervisor(host);
    expect(errors).to.deep.equal([
      [
        "The configuration is invalid:",
        "  WORKERS: must be auto, or a whole number from 1 to 1024",
        "  DATABASE_URL: is required for WORKERS",
        "  REDIS_URL: is required for WORKERS",
      ].join("\n"),
    ]);
    expect([exits, workers]).to.deep.equal([[1], []]);
  });

  it("exits with 1 if a worker can't start", async () => {
    const { host, state, errors, exits, workers } = fakeProcess(valid);
    state.canStart = false;
    await runSupervisor(host);
    expect(exits).to.deep.equal([1]);
    expect(workers).to.have.length(1);
    // The worker says why.
    expect(errors).to.deep.equal([]);
  });

  it("prints what the log may hold of an unexpected error", async () => {
    const { host, errors, exits } = fakeProcess(valid);
    const readEnvironment = () => {
      throw new TypeError("Motdepasse123! is not a function");
    };
    await runSupervisor({ ...host, readEnvironment });
    expect(exits).to.deep.equal([1]);
    expect(errors[0]).to.match(/^TypeError\n {4}at /);
  });
});
