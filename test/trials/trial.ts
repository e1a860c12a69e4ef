import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a trial ended. `run.ts` receives it as a message from the trial's process, and counts. */
export type Outcome = "passed" | "failed" | "skipped";

/** Passed to every trial: a temporary folder, and what to do at the end. */
export interface Trial {
  folder: string;
  /** Registers work for the end, however the trial ends. The last registered runs first. */
  atEnd(work: () => unknown): void;
  /** Runs one part of the trial and prints its name when it has passed, and the text that `work` returns, if any. */
  step(name: string, work: () => Promise<unknown>): Promise<void>;
}

/** Thrown by a trial that can't run on this machine. The message says what is missing. */
export class SkippedError extends Error {}

/** Whether a program is on PATH. */
function hasProgram(name: string): boolean {
  try {
    execFileSync("sh", ["-c", 'command -v "$1"', "sh", name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function requirePrograms(programs: readonly string[]): void {
  const missing = programs.find((program) => !hasProgram(program));
  if (missing) throw new SkippedError(`${missing} is not installed`);
}

let isInterrupted = false;

/** Rejects when the process is told to end, or `run.ts` has ended, so that the trial stops what it has started. */
const interruption = new Promise<never>((_, reject) => {
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) {
    process.on(event, () => {
      isInterrupted = true;
      reject(new Error(`interrupted: ${event}`));
    });
  }
});
// A listener for "disconnect" would keep the process alive.
process.channel?.unref();

async function settle(name: string, work: () => Promise<void>): Promise<Outcome> {
  try {
    await Promise.race([work(), interruption]);
    console.log(`${name} passed`);
    return "passed";
  } catch (error) {
    if (error instanceof SkippedError) {
      console.log(`${name} skipped: ${error.message}`);
      return "skipped";
    }
    console.error(`${name} failed`);
    console.error(error);
    process.exitCode = 1;
    return "failed";
  }
}

/**
 * Runs a trial, and lets the process end with status 1 if it fails. Without one of `programs`, or if the trial throws a
 * SkippedError, it is skipped.
 */
export async function runTrial(
  name: string,
  programs: readonly string[],
  work: (trial: Trial) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waterbill-trial-"));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const trial: Trial = {
    folder,
    atEnd: (end) => ends.unshift(end),
    async step(step, part) {
      const start = performance.now();
      const remark = await part();
      const ms = Math.round(performance.now() - start);
      console.log(`${name}: ${step} (${ms} ms)${typeof remark === "string" ? `: ${remark}` : ""}`);
    },
  };
  const outcome = await settle(name, async () => {
    requirePrograms(programs);
    await work(trial);
  });
  for (const end of ends) await end();
  process.send?.(outcome);
  // What the trial was doing has not ended.
  if (isInterrupted) process.exit(1);
}
