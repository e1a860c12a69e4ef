import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stopProcess } from "./server-process.js";

/** A TypeScript program in a process of its own. */
export interface Script {
  pid: number;
  /** The next line it prints; undefined when it prints no more. */
  line(): Promise<string | undefined>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** @param file from the project's root */
export async function startScript(file: string, args: readonly string[]): Promise<Script> {
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    // tsx compiles a program in another way than the tests: merged, the two reports of coverage mean nothing.
    env: { ...process.env, NODE_V8_COVERAGE: "" },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    line: async () => (await lines.next()).value,
    kill: (signal) => stopProcess(child, signal),
  };
}
