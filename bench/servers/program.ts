import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, stopProcess } from "../../test/support/server-process.js";
import { atEnd } from "./at-end.js";

/** A server in a process of its own. */
export interface Program {
  pid: number;
  port: number;
  /** How many call it at a time, if not as many as usual. */
  callers?: number;
  /** The time (ms) between two calls of a caller; absent: it calls again as soon as it has its answer. */
  everyMs?: number;
  /** Ends it before the run ends. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  folder: string;
  /** The arguments of Node. */
  args: readonly string[];
  /** All of its variables, besides HOST, PORT and PATH: none of this process's changes what is measured. */
  environment: Readonly<Record<string, string>>;
}

/** Time (ms) between two looks at a server that starts. */
const LOOK_MS = 2;

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const isConnected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
}

function spawnProgram({ folder, args, environment }: ProgramOptions, port: number): ChildProcess {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH, HOST: "127.0.0.1", PORT: String(port), ...environment },
  });
  // The log is read and discarded, as a collector of logs would read it.
  child.stdout?.resume();
  // Not even an error of this process leaves a server behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

/** Starts a program and resolves when its port accepts connections. Throws if it ends before. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const port = await freePort();
  const child = spawnProgram(options, port);
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${options.args.join(" ")} did not start in ${options.folder}`);
    }
    await delay(LOOK_MS);
  }
  const stop = () => stopProcess(child, "SIGTERM");
  atEnd(stop);
  return { pid: child.pid!, port, stop };
}

/** Runs a program of a checkout to its end. Throws if it fails. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: { folder: string; environment?: Readonly<Record<string, string>> },
): Promise<void> {
  const child = spawn(command, args, {
    cwd: options.folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...options.environment },
  });
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed in ${options.folder}`);
}
