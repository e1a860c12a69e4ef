import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, stopProcess } from "../test/support/server-process.js";

/** A server process whose CPU time is measured. */
export interface ServerUnderTest {
  origin: string;
  /** CPU time that the process has used so far, in seconds. */
  cpuSeconds(): number;
  /** The activation code that the server printed for this phone number. */
  codeFor(phone: string): Promise<string>;
  stop(): Promise<void>;
}

/** Clock ticks per second in /proc, the same on every Linux. */
const TICKS = 100;

/** Builds the checkout in `folder`. */
export async function buildCheckout(folder: string): Promise<void> {
  const build = spawn("npm", ["run", "--silent", "build"], { cwd: folder, stdio: "inherit" });
  const [status] = await once(build, "exit");
  if (status !== 0) throw new Error(`the build in ${folder} failed`);
}

interface ServerOptions {
  folder: string;
  /** The arguments of Node. */
  program: readonly string[];
  environment: Record<string, string>;
}

/** Starts a server and resolves when it is ready. */
export async function startServerUnderTest({
  folder,
  program,
  environment,
}: ServerOptions): Promise<ServerUnderTest> {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, program, {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), ...environment },
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const origin = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${origin}/readyz`).then(
      (response) => response.ok,
      () => false,
    ))
  )
    await delay(50);

  return {
    origin,
    cpuSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    async codeFor(phone) {
      for (;;) {
        const code = new RegExp(`pour \\${phone}: (\\d{6})`).exec(output)?.[1];
        if (code) return code;
        await delay(10);
      }
    },
    stop: () => stopProcess(child, "SIGTERM"),
  };
}
