import { Worker } from "node:worker_threads";
import { IS_BUILT, PROGRAM_FOLDER } from "../../system/program-folder.js";

/** Runs a module of this folder in a thread of its own, which finds `workerData` in `node:worker_threads`. */
export function startThread(module: "worker" | "create-files", workerData: object): Worker {
  const file = IS_BUILT ? `${module}.js` : "db/embedded/thread-from-source.js";
  return new Worker(new URL(file, PROGRAM_FOLDER), { argv: [module], workerData });
}
