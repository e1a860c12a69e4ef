import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { DomainError } from "../../errors.js";
import type { Database } from "../database.js";
import { openDatabase } from "../open-database.js";
import { DirectoryInUseError, findLockHolder, type LockHolder } from "./directory-lock.js";
import type { WorkerInput, WorkerMessage } from "./worker.js";

/** Milliseconds: as long as a command, or a server that was told to stop, may still take. */
const LOCK_TIMEOUT_MS = 2000;
const JOIN_TIMEOUT_MS = 10_000;

export interface EmbeddedOptions {
  /** DATA_DIR; made when it does not exist. */
  folder: string;
  poolSize: number;
  /** Told of every statement before it is sent. */
  onStatement?: (text: string) => void;
  /** Told once when the database has broken down: no call will work any more, and the process had better end. */
  onFailure: (error: Error) => void;
}

const isBuilt = import.meta.url.endsWith(".js");
const workerFile = new URL(isBuilt ? "./worker.js" : "./worker-from-source.js", import.meta.url);

async function startWorker(folder: string, onFailure: (error: Error) => void) {
  const workerData: WorkerInput = { folder, patience: LOCK_TIMEOUT_MS };
  const worker = new Worker(workerFile, { workerData });
  const ended = once(worker, "exit").then(
    () => new Error("its thread has ended"),
    (error: unknown) => error,
  );
  const message = await Promise.race([
    new Promise<WorkerMessage>((resolve) => worker.once("message", resolve)),
    ended.then((cause) => Promise.reject(new Error(`The database in ${folder} does not open.`, { cause }))),
  ]);
  if (message.kind === "in-use") throw new DirectoryInUseError(folder, message.holder);

  let stopping = false;
  void ended.then((cause) => {
    if (!stopping) onFailure(new Error(`The database in ${folder} has broken down.`, { cause }));
  });
  return {
    address: message.address,
    async stop() {
      stopping = true;
      worker.postMessage("stop");
      await ended;
    },
  };
}

function openSocket(address: string, { poolSize, onStatement }: EmbeddedOptions): Database {
  return openDatabase({
    url: "postgres://postgres@localhost/postgres",
    embeddedSocket: address,
    poolSize,
    ...(onStatement && { onStatement }),
  });
}

/**
 * Opens the PostgreSQL that is built into the server, with its files in `folder`. It is ready when this resolves.
 * Throws FolderInUse when another process has the folder.
 */
export async function openEmbeddedDatabase(options: EmbeddedOptions): Promise<Database> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const worker = await startWorker(folder, options.onFailure);
  const database = openSocket(worker.address, options);
  return {
    ...database,
    async close() {
      await database.close();
      await worker.stop();
    },
  };
}

async function openBeside(owner: LockHolder, options: EmbeddedOptions): Promise<Database> {
  const database = openSocket(owner.address, options);
  try {
    await database.ping();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** As `openEmbeddedDatabase`, but works beside the process that has the folder, through that process. */
export async function joinEmbeddedDatabase(options: EmbeddedOptions): Promise<Database> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const deadline = performance.now() + JOIN_TIMEOUT_MS;
  for (;;) {
    try {
      const owner = await findLockHolder(folder);
      return await (owner ? openBeside(owner, options) : openEmbeddedDatabase(options));
    } catch (error) {
      // An owner may come or go at any moment: then the other way works.
      const mayPass = error instanceof DirectoryInUseError || error instanceof DomainError;
      if (!mayPass || performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}
