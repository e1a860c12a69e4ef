import { runServer } from "./process/run-server.js";
import { openLogOutput } from "./system/log-output.js";
import { createLogger } from "./system/logger.js";
import { releaseMemory } from "./system/release-memory.js";

// The server. `npm start` runs it by start.cts, which prepares the environment.

await runServer({
  environment: process.env,
  createLogger: (level) =>
    createLogger(
      level,
      openLogOutput(process.stdout.fd, (flush) => process.once("exit", flush)),
    ),
  print: console.log,
  printError: console.error,
  onSignal: (signal, stop) => process.on(signal, stop),
  onUncaught: (listener) => process.on("uncaughtException", listener),
  exit: (code) => process.exit(code),
  releaseMemory,
});
