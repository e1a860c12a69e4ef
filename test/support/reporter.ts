import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** What `run-tests.ts` reads after mocha has ended. */
export interface TestResults {
  stats: Mocha.Stats;
  /** The tests that took longest, the slowest first. */
  slowest: { file: string; title: string; ms: number }[];
}

const SLOWEST_COUNT = 10;

/** Prints mocha's spec report, and writes the results into the file that the option `results` names. */
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const tests: TestResults["slowest"] = [];
    runner.on("test end", ({ file = "", title, duration = 0 }) => tests.push({ file, title, ms: duration }));
    runner.once("end", () => {
      const slowest = tests.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_COUNT);
      const results: TestResults = { stats: runner.stats as Mocha.Stats, slowest };
      writeFileSync(String(options.reporterOptions?.results), JSON.stringify(results));
    });
  }
}
