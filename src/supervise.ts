import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { forkWorker } from "./process/fork-worker.js";
import { runSupervisor } from "./process/run-supervisor.js";
import { openLog } from "./system/open-log.js";

// The supervisor of several servers. start.cts runs it when WORKERS is set, and its workers run start.cts again: with the
// environment that this process was given, and with what is in .env then.

await runSupervisor({
  fork: forkWorker,
  readEnvironment: () => ({
    ...(existsSync(".env") && parseEnv(readFileSync(".env", "utf8"))),
    ...process.env,
  }),
  openLog: (settings) =>
    openLog(settings, { stdout: process.stdout, onExit: (flush) => process.once("exit", flush) }),
  printError: console.error,
  onSignal: (signal, listener) => process.on(signal, listener),
  onUncaught: (listener) => process.on("uncaughtException", listener),
  exit: (code) => process.exit(code),
});
