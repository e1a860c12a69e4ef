import { openLogOutput } from "../../src/system/log-output.js";
import { createLogger } from "../../src/system/logger.js";

// Logs two lines, and then ends as its argument says: by itself, by "exit", by "error", or not at all ("stay"). With "many" it
// logs thousands.

const logger = createLogger(
  "info",
  openLogOutput(process.stdout.fd, (flush) => process.once("exit", flush)),
);
logger.info("first");
logger.info("second");
const [way] = process.argv.slice(2);
const lines = way === "many" ? 4000 : 0;
for (let line = 0; line < lines; line++) logger.info({ line, text: "x".repeat(line % 3000) }, "one of many");
if (way === "stay") setInterval(() => {}, 1000);
if (way === "exit") process.exit(1);
if (way === "error") throw new Error("nothing handles this");
