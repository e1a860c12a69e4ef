import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { SkippedError } from "./trial.js";

/** A program in `examples/` that a trial builds and runs. */
export interface Example {
  /** The folder in `examples/`. */
  name: string;
  /** Programs that must be on PATH. */
  programs: readonly string[];
  /** A command that fails when the example's libraries are missing. */
  libraries?: readonly string[];
  /** Commands that generate and build the example. */
  build: readonly (readonly string[])[];
}

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const bin = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));
const run = promisify(execFile);

export const folderOf = ({ name }: Pick<Example, "name">) => examples + name;

/** Variables for the programs of examples: the PATH has this project's tools. */
export const environment = { PATH: `${bin}:${process.env.PATH}` };

/** Runs a command in an example's folder and returns its output. Rejects if it fails. */
async function execute(example: Example, [program = "", ...args]: readonly string[]): Promise<string> {
  const options = { cwd: folderOf(example), env: { ...process.env, ...environment } };
  const { stdout } = await run(program, args, options);
  return stripVTControlCharacters(stdout).trim();
}

/** Same, whatever the command's exit status. */
export async function outputOf(example: Example, command: readonly string[]): Promise<string> {
  return execute(example, command).catch((error: Error & { stdout: string }) =>
    stripVTControlCharacters(error.stdout).trim(),
  );
}

/** Generates and builds an example. Throws a SkippedError if its libraries are missing. */
export async function buildExample(example: Example): Promise<void> {
  if (example.libraries) {
    await execute(example, example.libraries).catch(() => {
      throw new SkippedError("its libraries are not installed");
    });
  }
  for (const command of example.build) await execute(example, command);
}
