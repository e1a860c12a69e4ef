import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { PGlite } from "@electric-sql/pglite";
import { LoggableError } from "../../system/loggable-error.js";
import { acquireDirectoryLock, DirectoryInUseError, type LockHolder } from "./directory-lock.js";
import { createMutex } from "./mutex.js";
import { openOrCreateFiles } from "./open-files.js";
import { type Engine, serveSession } from "./session.js";

// The worker thread of the embedded database, which blocks its thread during every statement.

/** Time that a call waits for the backend. */
const MUTEX_TIMEOUT_MS = 5000;
/** Time that an open transaction waits for its next statement. */
const IDLE_TIMEOUT_MS = 10_000;
/** Time that a stopping thread waits for clients to disconnect. */
const DISCONNECT_TIMEOUT_MS = 2000;

export interface WorkerInput {
  /** Must exist. */
  folder: string;
  /** Time (ms) that the current holder of the folder has to end. */
  lockTimeoutMs: number;
}

/** Sent when the thread serves, or when it can't. Any message to the thread stops it. */
export type WorkerMessage = { kind: "serving"; address: string } | { kind: "in-use"; holder: LockHolder };

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
        throw new LoggableError("PGlite failed", { cause });
      }
    },
    mutex: createMutex(MUTEX_TIMEOUT_MS),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}

async function serve({ folder, lockTimeoutMs }: WorkerInput, send: (message: WorkerMessage) => void) {
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
    // A rejection is unhandled and ends the thread, because the engine has failed.
    void session.then(() => {
      clients.delete(client);
      sessions.delete(session);
    });
  }

  const { server, address } = await acquireDirectoryLock(folder, lockTimeoutMs, accept);
  const pglite = await openOrCreateFiles(folder);
  startEngine(await createEngine(pglite));
  send({ kind: "serving", address });

  return async function stop() {
    isStopping = true;
    await Promise.race([Promise.all(sessions), delay(DISCONNECT_TIMEOUT_MS)]);
    for (const client of clients) client.destroy();
    await Promise.all(sessions);
    await pglite.close();
    // Last, because a process that finds no listener opens the data.
    server.close();
  };
}

const port = parentPort;
if (port) {
  const send = (message: WorkerMessage) => port.postMessage(message);
  try {
    const stop = await serve(workerData as WorkerInput, send);
    port.once("message", () => void stop().then(() => process.exit(0)));
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    send({ kind: "in-use", holder: error.holder });
  }
}
