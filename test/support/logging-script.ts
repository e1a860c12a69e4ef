import { createLogger } from "../../src/system/logger.js";
import { openStandardOutput } from "../../src/system/standard-output.js";

// Logs two lines, and then ends as its argument says: by itself, by "exit", by "error", or not at all ("stay").

const logger = createLogger("info", openStandardOutput());
logger.info("first");
logger.info("second");
const [way] = process.argv.slice(2);
if (way === "stay") setInterval(() => {}, 1000);
if (way === "exit") process.exit(1);
if (way === "error") throw new Error("nothing handles this");
