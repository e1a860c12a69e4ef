import { Worker } from "node:worker_threads";

const IS_BUILT = import.meta.url.endsWith(".js");

/** Runs a module of this folder in a thread of its own, which finds `workerData` in `node:worker_threads`. */
export function startThread(module: "worker" | "create-files", workerData: object): Worker {
  const file = IS_BUILT ? `./${module}.js` : "./thread-from-source.js";
  return new Worker(new URL(file, import.meta.url), { argv: [module], workerData });
}
