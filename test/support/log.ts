import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger, type Logger } from "../../src/system/logger.js";
import { testVariable } from "./environment.js";

/** The file that collects the log lines of this process in the test run. */
export function testLogFile(): string {
  return join(testVariable("TEST_LOG_DIR"), `${process.pid}.log`);
}

/**
 * A logger at the lowest level. `npm test` searches its lines for the recorded secrets. `onLine` is called with
 * each line.
 */
export function testLogger(onLine: (line: string) => void = () => {}): Logger {
  const file = testLogFile();
  return createLogger("trace", {
    write(line) {
      appendFileSync(file, line);
      onLine(line);
    },
  });
}

/** Records a code, token, password or phone number that the tests use: `npm test` fails when a log contains it. */
export function recordSecret(secret: string): void {
  appendFileSync(join(testVariable("TEST_LOG_DIR"), `${process.pid}.secrets`), `${JSON.stringify(secret)}\n`);
}
