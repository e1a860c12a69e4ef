import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stopProcess } from "./server-process.js";

/** A TypeScript program in a separate process. */
export interface Script {
  pid: number;
  /** The next line of its output; undefined after the last one. */
  line(): Promise<string | undefined>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** @param file from the project's root */
export async function startScript(file: string, args: readonly string[]): Promise<Script> {
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    // tsx compiles a program differently from the tests, so a merged coverage report would be wrong.
    env: { ...process.env, NODE_V8_COVERAGE: "" },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    line: async () => (await lines.next()).value,
    kill: (signal) => stopProcess(child, signal),
  };
}
