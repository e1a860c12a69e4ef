import { openLogOutput } from "../../src/system/log-output.js";
import { createLogger } from "../../src/system/logger.js";

// Logs two lines, and then ends as its argument says: by itself, by "exit", by "error", or not at all ("stay").

const logger = createLogger(
  "info",
  openLogOutput(process.stdout.fd, (flush) => process.once("exit", flush)),
);
logger.info("first");
logger.info("second");
const [way] = process.argv.slice(2);
if (way === "stay") setInterval(() => {}, 1000);
if (way === "exit") process.exit(1);
if (way === "error") throw new Error("nothing handles this");
