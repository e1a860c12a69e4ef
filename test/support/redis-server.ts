import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { folderOf, redisProgram } from "./programs.js";
import { freePort, startProcess, stopProcess } from "./server-process.js";

/** A private Redis, on a free port. */
export interface RedisServer {
  url: string;
  port: number;
  /** Its folder, which it works in. */
  folder: string;
  /** Ends it; its data is lost. */
  halt(): Promise<void>;
  /** Starts it again after `halt`, empty, on the same port. */
  resume(): Promise<void>;
  /** `SIGSTOP` suspends it, `SIGCONT` resumes it. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

async function responds(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    const [reply] = await once(socket, "data");
    if (!/^(?:\+PONG|-NOAUTH)/.test(String(reply))) throw new Error("Redis is not ready yet");
  } finally {
    socket.destroy();
  }
}

/** Starts a Redis that stores nothing on disk, with further options (`--cluster-enabled`, `yes`). */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const port = await freePort();
  const kept = ["--save", "", "--appendonly", "no"];
  return start(port, ["--port", String(port), "--bind", "127.0.0.1", ...kept, ...options]);
}

/** Starts a Sentinel with lines of its configuration, such as the master that it watches. */
export async function startSentinel(...lines: string[]): Promise<RedisServer> {
  const port = await freePort();
  const file = join(mkdtempSync(join(tmpdir(), "waterbill-sentinel-")), "sentinel.conf");
  writeFileSync(file, [`port ${port}`, "bind 127.0.0.1", ...lines, ""].join("\n"));
  const sentinel = await start(port, [file, "--sentinel"]);
  return {
    ...sentinel,
    async stop() {
      await sentinel.stop();
      await rm(dirname(file), { recursive: true, force: true });
    },
  };
}

async function start(port: number, options: readonly string[]): Promise<RedisServer> {
  const bin = folderOf(redisProgram);
  const folder = mkdtempSync(join(tmpdir(), "waterbill-redis-"));
  const args = [...options, "--dir", folder];
  const launch = () =>
    startProcess(join(bin, "redis-server"), args, {
      account: undefined,
      cwd: folder,
      responds: () => responds(port),
    });
  let child = await launch();

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    halt: () => stopProcess(child, "SIGKILL"),
    async resume() {
      child = await launch();
    },
    signal(signal) {
      child.kill(signal);
    },
    async stop() {
      await stopProcess(child, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
