import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Mocha's usual report on the screen, and the counts for `run-tests.ts` in the file that it names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      writeFileSync(String(options.reporterOptions?.counts), JSON.stringify(runner.stats));
    });
  }
}
