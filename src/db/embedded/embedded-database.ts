import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { LoggableError } from "../../system/loggable-error.js";
import type { Tracing } from "../../telemetry/tracing.js";
import type { Database } from "../database.js";
import { openDatabase } from "../open-database.js";
import { dataFolder } from "./data-folder.js";
import { DirectoryInUseError, findLockHolder, type LockHolder } from "./directory-lock.js";
import { startThread } from "./thread.js";
import type { WorkerInput, WorkerMessage } from "./worker.js";

/** Time that a running command, or a server that is stopping, has to release the data. */
const LOCK_TIMEOUT_MS = 2000;
/** Time that a process has to open the data or to reach its holder. */
const JOIN_TIMEOUT_MS = 10_000;

export interface EmbeddedOptions {
  /** DATA_DIR; created if it does not exist. */
  folder: string;
  poolSize: number;
  /** Called with the text of every statement before it is sent. */
  onStatement?: (text: string) => void;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
  /** Called once if the database fails: no further call will work, and the process should exit. */
  onFailure: (error: Error) => void;
}

export interface JoinOptions extends EmbeddedOptions {
  /** Create the data if there is none; false by default. */
  creates?: boolean;
}

/** The folder has no data, and this process must not create it. */
export class DatabaseNotFoundError extends LoggableError {
  constructor(folder: string) {
    super(
      `There is no database in ${folder}: set DATABASE_URL or DATA_DIR to the server's, or create one with --init.`,
    );
  }
}

/** Restores the class of a LoggableError, which an error loses on the way from its thread. */
function fromThread(error: unknown): unknown {
  const isLoggable = error instanceof Error && error.name === LoggableError.name;
  return isLoggable ? new LoggableError(error.message, { cause: error }) : error;
}

async function startWorker(folder: string, onFailure: (error: Error) => void) {
  const workerData: WorkerInput = { folder, lockTimeoutMs: LOCK_TIMEOUT_MS };
  const worker = startThread("worker", workerData);
  const exited = once(worker, "exit").then(() => new LoggableError("the worker thread exited"), fromThread);
  const message = await Promise.race([
    new Promise<WorkerMessage>((resolve) => worker.once("message", resolve)),
    exited.then((cause) =>
      Promise.reject(new LoggableError(`Cannot open the database in ${folder}.`, { cause })),
    ),
  ]);
  if (message.kind === "in-use") throw new DirectoryInUseError(folder, message.holder);

  let isStopping = false;
  void exited.then((cause) => {
    if (!isStopping) onFailure(new LoggableError(`The database in ${folder} failed.`, { cause }));
  });
  return {
    address: message.address,
    async stop() {
      isStopping = true;
      worker.postMessage("stop");
      await exited;
    },
  };
}

function openSocket(address: string, { poolSize, onStatement, tracing }: EmbeddedOptions): Database {
  return openDatabase({
    url: "postgres://postgres@localhost/postgres",
    embeddedSocket: address,
    poolSize,
    tracing,
    ...(onStatement && { onStatement }),
  });
}

/**
 * Opens the embedded PostgreSQL with its files in `folder`; it is ready when this resolves.
 * Throws DirectoryInUseError if another process holds the folder.
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

async function openThrough(holder: LockHolder, options: EmbeddedOptions): Promise<Database> {
  const database = openSocket(holder.address, options);
  try {
    await database.ping();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens the data, or works through the process that holds it, also if that process was faster. Opening takes seconds
 * on a busy machine, so the caller's deadline must not pass between the two.
 */
async function openOrJoin(folder: string, options: JoinOptions): Promise<Database> {
  const holder = existsSync(folder) ? await findLockHolder(folder) : undefined;
  if (holder) return openThrough(holder, options);
  if (!options.creates && !existsSync(dataFolder(folder))) throw new DatabaseNotFoundError(options.folder);
  try {
    return await openEmbeddedDatabase(options);
  } catch (error) {
    if (error instanceof DirectoryInUseError) return openThrough(error.holder, options);
    throw error;
  }
}

/**
 * Like `openEmbeddedDatabase`, but if another process holds the folder, it works through that process.
 * Throws DatabaseNotFoundError, and leaves nothing behind, if there is no data and `creates` is not set.
 */
export async function joinEmbeddedDatabase(options: JoinOptions): Promise<Database> {
  const folder = resolve(options.folder);
  const deadline = performance.now() + JOIN_TIMEOUT_MS;
  for (;;) {
    try {
      return await openOrJoin(folder, options);
    } catch (error) {
      // A holder may appear or end at any moment; the next attempt then takes the other way.
      if (!(error instanceof DomainError) || performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}
