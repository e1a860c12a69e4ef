import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { stopProcess } from "../support/server-process.js";

/** The service as `npm start` runs it, in a process of its own, on a free port of 127.0.0.1. */
export interface RunningService {
  port: number;
  /** Everything that the service has printed. */
  output(): string;
  /** Resolves with the first match of `pattern` in the output, also if it is printed later. Rejects after 30 s. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Shuts the service down gracefully. */
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Long, because the first start on a busy machine compiles the service and creates a database. */
const START_TIMEOUT_MS = 180_000;
const PRINT_TIMEOUT_MS = 30_000;

/** Starts the service with `environment` on top of this process's own. Rejects with its output if it doesn't start. */
export async function runService(environment: Record<string, string>): Promise<RunningService> {
  const child = spawn(process.execPath, ["--import", "tsx", main], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", NODE_V8_COVERAGE: "", ...environment },
  });
  let output = "";
  const onData = (text: string) => {
    output += stripVTControlCharacters(text);
  };
  child.stdout.setEncoding("utf8").on("data", onData);
  child.stderr.setEncoding("utf8").on("data", onData);

  /** Looks again at everything after every piece of output: patterns may span pieces. */
  function printed(pattern: RegExp, timeoutMs = PRINT_TIMEOUT_MS): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = () => settle(() => reject(new Error(`the service did not print ${pattern}:\n${output}`)));
      const look = () => {
        const match = pattern.exec(output);
        if (match) settle(() => resolve(match));
      };
      const timer = setTimeout(fail, timeoutMs);
      const settle = (action: () => void) => {
        clearTimeout(timer);
        child.stdout.off("data", look);
        child.off("exit", fail);
        action();
      };
      child.stdout.on("data", look);
      child.once("exit", fail);
      look();
    });
  }

  const stop = () => stopProcess(child, "SIGTERM");
  const serving = printed(/"port":(\d+),[^\n]*"msg":"serving"/, START_TIMEOUT_MS);
  const [, port] = await serving.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    port: Number(port),
    output: () => output,
    printed: (pattern) => printed(pattern),
    stop,
  };
}
