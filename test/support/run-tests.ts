import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildConsole } from "../../deploy/build-console.js";
import { reportCoverage } from "./coverage.js";
import { leaksOf } from "./leaks.js";
import { useMemoryForTemporaryFiles } from "./memory-files.js";
import type { TestResults } from "./reporter.js";
import { type Servers, startServers } from "./servers.js";
import { createTemplateDatabase, type TemplateDatabase } from "./template-database.js";

// `npm test`: all tests with coverage, or `npm test -- <files and options of mocha>` for some without.
const chosen = process.argv.slice(2);
const wholeRun = chosen.length === 0;
const namesFiles = chosen.some((argument) => argument.startsWith("test/"));
const allTests = "test/**/*.test.ts";
const root = fileURLToPath(new URL("../../", import.meta.url));
useMemoryForTemporaryFiles();
const folder = mkdtempSync(join(tmpdir(), "waterbill-tests-"));
const resultsFile = join(folder, "results.json");
const coverageFolder = join(root, "coverage");

const bin = (name: string) => join(root, "node_modules", name, "bin", `${name}.js`);
const c8 = [
  bin("c8"),
  ...[
    "--all",
    "--src",
    "src",
    "--include",
    "src/**/*.ts",
    "--exclude",
    "src/**/*.d.ts",
    "--exclude",
    "src/web/**",
  ],
  ...["--reporter", "json-summary", "--reporter", "lcovonly", "--reports-dir", coverageFolder],
];
const mocha = [
  bin("mocha"),
  ...["--reporter", join(root, "test/support/reporter.ts"), "--reporter-option", `results=${resultsFile}`],
];
const parallel = [
  ...["--parallel", "--require", join(root, "test/support/parallel-worker.ts")],
  // One more than there are cores, because some tests only wait for a timeout.
  ...["--jobs", String(availableParallelism() + 1)],
];

let servers: Servers | undefined;
let template: TemplateDatabase | undefined;
let child: ChildProcess | undefined;
let interrupted = false;

/** Ends mocha and everything it has started; the rest of the run follows from that. */
function interrupt(): void {
  interrupted = true;
  if (child?.pid) process.kill(-child.pid, "SIGKILL");
}

async function runMocha(): Promise<boolean> {
  servers = await startServers({
    databaseUrl: process.env.TEST_DATABASE_URL,
    redisUrl: process.env.TEST_REDIS_URL,
  });
  template = await createTemplateDatabase(servers.databaseUrl);
  // The services of the tests run from source, and serve the files of the last build.
  await buildConsole(join(root, "dist/console"));
  if (interrupted) throw new Error("The tests were interrupted.");
  const args = wholeRun
    ? [...c8, process.execPath, ...mocha, ...parallel, allTests]
    : [...mocha, ...chosen, ...(namesFiles ? [] : [allTests])];
  child = spawn(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    // A separate process group, so that it can be ended as a whole.
    detached: true,
    env: {
      ...process.env,
      TEST_DATABASE_URL: servers.databaseUrl,
      TEST_DATABASE_TEMPLATE: template.name,
      TEST_REDIS_URL: servers.redisUrl,
      TEST_LOG_DIR: folder,
    },
  });
  const [code] = await once(child, "exit");
  child = undefined;
  if (!existsSync(resultsFile)) throw new Error("The tests were interrupted, or mocha did not start.");
  return code === 0;
}

function reportLeaks(): boolean {
  const { leaks, secrets, lines } = leaksOf(folder);
  console.log(`\n${lines} log lines hold ${leaks.length} of ${secrets} secrets`);
  for (const { secret, line } of leaks.slice(0, 10)) console.log(`  ${secret} in ${line}`);
  return leaks.length === 0;
}

function reportSlowest({ slowest }: TestResults): void {
  console.log("\nslowest tests");
  for (const { file, title, ms } of slowest) {
    console.log(`  ${(ms / 1000).toFixed(1).padStart(5)} s  ${relative(root, file)}: ${title}`);
  }
}

/** `12 passed, 0 failed`: the last line of the run. */
function reportCounts({ stats: { passes, failures, pending } }: TestResults): void {
  console.log(`\n${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);

try {
  const checks = [await runMocha(), reportLeaks()];
  if (wholeRun) checks.push(reportCoverage(join(coverageFolder, "coverage-summary.json")));
  const results = JSON.parse(readFileSync(resultsFile, "utf8")) as TestResults;
  if (wholeRun) reportSlowest(results);
  reportCounts(results);
  process.exitCode = checks.every(Boolean) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await template
    ?.drop()
    .catch((error: Error) => console.error(`Databases are left behind: ${error.message}`));
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
}
