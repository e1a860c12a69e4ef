import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** The user that a server runs as; defaults to the user of the tests. */
export interface Account {
  uid: number;
  gid: number;
}

/** An ordinary user when the tests run as root, which PostgreSQL refuses. */
export function ordinaryAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string, user: string) =>
    Number(execFileSync("id", [flag, user], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  for (const user of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", user), gid: id("-g", user) };
    } catch {
      // This machine has no such user.
    }
  }
  throw new Error("The tests run as root and need an ordinary user (postgres or nobody) for PostgreSQL.");
}

/**
 * A free TCP port of 127.0.0.1, below those that the system gives to connections: none of them takes it before a slow
 * server starts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}

/**
 * Ends a server and removes its folder when this process dies without doing so: the keeper's input is a
 * pipe from here, which the kernel closes with the process, however it ends.
 */
function keep(child: ChildProcess, folder: string): void {
  const script = 'read _; kill -QUIT "$1"; sleep 1; kill -KILL "$1"; rm -rf "$2"';
  const keeper = spawn("sh", ["-c", script, "keeper", String(child.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // Ctrl-C does not reach it.
    detached: true,
  });
  keeper.unref();
  (keeper.stdin as Socket).unref();
  child.once("exit", () => keeper.kill("SIGKILL"));
}

/** Starts a server and resolves once `responds` does; throws with its output when it ends or does not respond. */
export async function startProcess(
  program: string,
  args: readonly string[],
  options: { account: Account | undefined; cwd: string; responds: () => Promise<unknown> },
): Promise<ChildProcess> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    ...options.account,
  });
  keep(child, options.cwd);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  const deadline = performance.now() + 20_000;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  while (performance.now() < deadline && isAlive()) {
    try {
      await options.responds();
      if (isAlive()) return child;
    } catch {
      await delay(25);
    }
  }
  await stopProcess(child, "SIGKILL");
  throw new Error(`${program} did not start:\n${output}`);
}

/** Ends a process with a signal and waits for its exit. */
export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
