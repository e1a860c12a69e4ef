import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./trial.js";

// `npm run trials`: all trials, one after the other; `npm run trials -- crashes clients/go` for some, or parts of some.
const folder = fileURLToPath(new URL(".", import.meta.url));
const SUFFIX = ".trial.ts";

const known = readdirSync(folder)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .sort();

const counts: Record<Outcome, number> = { passed: 0, failed: 0, skipped: 0 };
let running: ChildProcess | undefined;
let interrupted = false;

/** Runs the trials of one file in a process of their own, and counts their outcomes. */
async function run(name: string): Promise<void> {
  const [file, ...parts] = name.split("/");
  running = spawn(process.execPath, ["--import", "tsx", `${folder}${file}${SUFFIX}`, ...parts], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let failed = 0;
  running.on("message", (outcome: Outcome) => {
    counts[outcome] += 1;
    if (outcome === "failed") failed += 1;
  });
  const [status] = await once(running, "close");
  // A process that ended without saying why has failed too.
  if (status !== 0 && failed === 0) counts.failed += 1;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !known.includes(name.split("/", 1)[0] ?? ""));
if (unknown.length > 0) {
  console.error(`There is no trial ${unknown.join(", ")}. Trials: ${known.join(", ")}.`);
  process.exitCode = 1;
} else {
  for (const name of chosen.length > 0 ? chosen : known) {
    if (!interrupted) await run(name);
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 || interrupted ? 1 : 0;
}
