import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Passed to every trial: a temporary folder, and what to do at the end. */
export interface Trial {
  folder: string;
  /** Registers work for the end, however the trial ends. The last registered runs first. */
  atEnd(work: () => unknown): void;
  /** Runs one part of the trial and prints its name when it has passed. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Whether a program is on PATH. */
function hasProgram(name: string): boolean {
  try {
    execFileSync("sh", ["-c", 'command -v "$1"', "sh", name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a trial, and ends the process with status 1 if it fails. Without one of `programs` it prints that the trial was
 * skipped.
 */
export async function runTrial(
  name: string,
  programs: readonly string[],
  work: (trial: Trial) => Promise<void>,
): Promise<void> {
  const missing = programs.find((program) => !hasProgram(program));
  if (missing) {
    console.log(`${name} skipped: ${missing} is not installed`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "waterbill-trial-"));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    await work({
      folder,
      atEnd: (end) => ends.unshift(end),
      async step(step, part) {
        const start = performance.now();
        const result = await part();
        console.log(`${name}: ${step} (${Math.round(performance.now() - start)} ms)`);
        return result;
      },
    });
    console.log(`${name} passed`);
  } catch (error) {
    console.error(`${name} failed`);
    console.error(error);
    process.exitCode = 1;
  } finally {
    for (const end of ends) await end();
  }
}
