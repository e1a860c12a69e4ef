import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

// The thread that creates the files of an embedded database. That takes three memories of WebAssembly, which V8 frees
// late in a thread that lives on, and at once when the thread ends.

export interface CreateFilesInput {
  /** Folder of the files; must not exist. */
  path: string;
}

const { path } = workerData as CreateFilesInput;
await (await PGlite.create(path)).close();
parentPort?.postMessage("created");
// Stays until it is terminated.
parentPort?.on("message", () => {});
