import { once } from "node:events";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { LoggableError } from "../../system/loggable-error.js";
import type { CreateFilesInput } from "./create-files.js";
import { dataFolder } from "./data-folder.js";
import { startThread } from "./thread.js";

/** PostgreSQL's arguments. They prevail over postgresql.conf, which asks for 128 MB of shared buffers. */
const START_PARAMS = [...PGlite.defaultStartParams, "-c", "shared_buffers=8MB"];

/** Creates the files of a database in a thread of its own, and resolves with the thread once they are complete. */
async function createFiles(path: string): Promise<Worker> {
  const input: CreateFilesInput = { path };
  const thread = startThread("create-files", input);
  const exited = once(thread, "exit").then(() => {
    throw new LoggableError(`Cannot create the database in ${path}.`);
  });
  await Promise.race([once(thread, "message"), exited]);
  return thread;
}

const openFiles = (path: string) => PGlite.create(path, { startParams: START_PARAMS });

/** Opens the database in `folder`; creates it first if there is none, completely or, after a crash, not at all. */
export async function openOrCreateFiles(folder: string): Promise<PGlite> {
  const path = dataFolder(folder);
  if (existsSync(path)) return openFiles(path);
  const unfinished = join(folder, "pg.new");
  rmSync(unfinished, { recursive: true, force: true });
  const thread = await createFiles(unfinished);
  renameSync(unfinished, path);
  try {
    return await openFiles(path);
  } finally {
    // Not earlier: while the thread lives, V8 shares its compiled code with this one instead of compiling again.
    await thread.terminate();
  }
}
