import cluster from "node:cluster";
import { runServer } from "./process/run-server.js";
import { linkToSupervisor } from "./process/supervisor-link.js";
import { openLog } from "./system/open-log.js";
import { releaseMemory } from "./system/release-memory.js";

// The server. `npm start` runs it by start.cts, which prepares the environment.

// Another program may have forked this process by node:cluster too (pm2 does).
const worker = process.env.WATERBILL_SUPERVISED ? cluster.worker : undefined;

await runServer({
  environment: process.env,
  openLog: (settings, moment) =>
    openLog(
      settings,
      { stdout: process.stdout, onExit: (flush) => process.once("exit", flush) },
      worker ? { worker: worker.id } : null,
      moment,
    ),
  print: console.log,
  printError: console.error,
  onSignal: (signal, listener) => process.on(signal, listener),
  onUncaught: (listener) => process.on("uncaughtException", listener),
  exit: (code) => process.exit(code),
  releaseMemory,
  ...(worker && { supervisor: linkToSupervisor(worker) }),
});
