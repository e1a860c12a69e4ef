import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderOf, redisProgram } from "./programs.js";
import { freePort, startProcess, stopProcess } from "./server-process.js";

/** A private Redis, on a free port. */
export interface RedisServer {
  url: string;
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
    if (!String(reply).startsWith("+PONG")) throw new Error("Redis is not ready yet");
  } finally {
    socket.destroy();
  }
}

/** Starts a Redis that stores nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const bin = folderOf(redisProgram);
  const folder = mkdtempSync(join(tmpdir(), "waterbill-redis-"));
  const port = await freePort();
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
  ];
  const start = () =>
    startProcess(join(bin, "redis-server"), args, {
      account: undefined,
      cwd: folder,
      responds: () => responds(port),
    });
  let child = await start();

  return {
    url: `redis://127.0.0.1:${port}`,
    halt: () => stopProcess(child, "SIGKILL"),
    async resume() {
      child = await start();
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
