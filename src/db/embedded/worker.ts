import { existsSync, renameSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { acquireDirectoryLock, DirectoryInUseError, type LockHolder } from "./directory-lock.js";
import { createMutex } from "./mutex.js";
import { type Engine, serveSession } from "./session.js";

// The thread in which the embedded database runs, as each of its statements blocks its thread.

/** Milliseconds. A call waits for its turn, an open transaction for its next statement, a stop for the clients. */
const MUTEX_TIMEOUT_MS = 5000;
const IDLE_TIMEOUT_MS = 10_000;
const DISCONNECT_TIMEOUT_MS = 2000;

export interface WorkerInput {
  /** Exists. */
  folder: string;
  /** How long an earlier owner may take to end, in milliseconds. */
  patience: number;
}

/** What the thread tells when it serves, or can't; asked to `stop` it ends. */
export type WorkerMessage = { kind: "serving"; address: string } | { kind: "in-use"; holder: LockHolder };

/** Opens the data, which it makes first where there is none: whole or, after a crash, not at all. */
async function openData(folder: string): Promise<PGlite> {
  const data = join(folder, "pg");
  if (!existsSync(data)) {
    const unfinished = join(folder, "pg.new");
    rmSync(unfinished, { recursive: true, force: true });
    await (await PGlite.create(unfinished)).close();
    renameSync(unfinished, data);
  }
  return PGlite.create(data);
}

async function createEngine(pglite: PGlite): Promise<Engine> {
  const { rows } = await pglite.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('server_version', 'server_encoding', 'client_encoding',
       'DateStyle', 'IntervalStyle', 'TimeZone', 'integer_datetimes', 'standard_conforming_strings')`,
  );
  return {
    settings: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
    async exec(messages) {
      try {
        return await pglite.execProtocolRaw(messages);
      } catch (cause) {
        throw new Error("PGlite has ended", { cause });
      }
    },
    mutex: createMutex(MUTEX_TIMEOUT_MS),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}

async function serve({ folder, patience }: WorkerInput, tell: (message: WorkerMessage) => void) {
  const sessions = new Set<Promise<void>>();
  const clients = new Set<Socket>();
  let startEngine: (engine: Engine) => void = () => {};
  const started = new Promise<Engine>((resolve) => {
    startEngine = resolve;
  });
  let isStopping = false;
  function accept(client: Socket): void {
    if (isStopping) {
      client.destroy();
      return;
    }
    const session = started.then((engine) => serveSession(client, engine));
    clients.add(client);
    sessions.add(session);
    // A rejection ends the thread: the engine is broken.
    void session.then(() => {
      clients.delete(client);
      sessions.delete(session);
    });
  }

  const { server, address } = await acquireDirectoryLock(folder, patience, accept);
  const pglite = await openData(folder);
  startEngine(await createEngine(pglite));
  tell({ kind: "serving", address });

  return async function stop() {
    isStopping = true;
    await Promise.race([Promise.all(sessions), delay(DISCONNECT_TIMEOUT_MS)]);
    for (const client of clients) client.destroy();
    await Promise.all(sessions);
    await pglite.close();
    // Not earlier: who finds nobody listening opens the data.
    server.close();
  };
}

const port = parentPort;
if (port) {
  const tell = (message: WorkerMessage) => port.postMessage(message);
  try {
    const stop = await serve(workerData as WorkerInput, tell);
    port.once("message", () => void stop().then(() => process.exit(0)));
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    tell({ kind: "in-use", holder: error.holder });
  }
}
