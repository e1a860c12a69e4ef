import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { generousSmsBudget } from "./generous-sms-budget.js";
import { stopProcess } from "./server-process.js";

/** The service as `npm start` runs it, in a process of its own, on a free port of 127.0.0.1. */
export interface RunningService {
  port: number;
  pid: number;
  /** Everything that the service has printed. */
  output(): string;
  /**
   * Resolves with the first match of `pattern` in the output, also if it is printed later. Rejects after 30 s, and when
   * the process ends.
   */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code, null after a signal, once the process has ended. */
  exited: Promise<number | null>;
  /** Shuts the service down gracefully. */
  stop(): Promise<void>;
  /** Ends the process with SIGKILL. */
  kill(): Promise<void>;
}

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Long, because the first start on a busy machine compiles the service and creates a database. */
const START_TIMEOUT_MS = 180_000;
const PRINT_TIMEOUT_MS = 30_000;

/** The lines at level error or above in the log of a service. */
export function errorLines(output: string): string[] {
  return output.split("\n").filter((line) => /^\{"level":[56]0,/.test(line));
}

/**
 * Starts the service with `environment` on top of this process's own. Rejects with its output if it doesn't start.
 * Aborting `killSignal` ends the process with SIGKILL, at any moment of its start or later. `program` is the service of
 * another checkout, or a built one.
 */
export async function runService(
  environment: Record<string, string>,
  killSignal?: AbortSignal,
  program = main,
): Promise<RunningService> {
  const compiler = program.endsWith(".ts") ? ["--import", "tsx"] : [];
  const child = spawn(process.execPath, [...compiler, program], {
    stdio: ["ignore", "pipe", "pipe"],
    // tsx compiles a program differently from the tests, so a merged coverage report would be wrong.
    env: {
      ...process.env,
      HOST: "127.0.0.1",
      PORT: "0",
      NODE_V8_COVERAGE: "",
      SMS_BUDGET: generousSmsBudget,
      ...environment,
    },
    ...(killSignal && { signal: killSignal, killSignal: "SIGKILL" }),
  });
  // Node reports an abort here; the exit follows.
  child.on("error", () => {});
  child.setMaxListeners(0);
  child.stdout.setMaxListeners(0);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  // A service never outlives the tests, however they end.
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  child.once("exit", () => process.off("exit", killAtExit));
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
      if (child.exitCode !== null || child.signalCode !== null) fail();
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
    pid: child.pid!,
    output: () => output,
    printed: (pattern) => printed(pattern),
    exited,
    stop,
    kill: () => stopProcess(child, "SIGKILL"),
  };
}
