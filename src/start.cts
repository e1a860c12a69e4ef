// Starts the server, or the supervisor of several: `npm start`. CommonJS, because libuv fixes the size of its thread pool
// when something first uses it, and loading an ES module does.

const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const { availableParallelism } = process.getBuiltinModule("node:os");
const { parseEnv } = process.getBuiltinModule("node:util");

/** Threads that hash passwords at most, by default; each hash takes 19 MiB. */
const MAX_HASHING_THREADS = 16;
/** Threads that hashing leaves free (`hashConcurrency`). */
const OTHER_THREADS = 2;

/** The part of the cores on which one of so many workers hashes; all of them if there is only this process. */
function coresOf(workers: string | undefined): number {
  const cores = availableParallelism();
  return Math.floor(cores / (workers === "auto" ? cores : Number(workers) || 1));
}

const environment = { ...(existsSync(".env") && parseEnv(readFileSync(".env", "utf8"))), ...process.env };
if (environment.WORKERS && !environment.WATERBILL_SUPERVISED) void import("./supervise.js");
else {
  // An empty variable counts as absent.
  environment.UV_THREADPOOL_SIZE ||= String(
    Math.max(4, Math.min(coresOf(environment.WORKERS), MAX_HASHING_THREADS) + OTHER_THREADS),
  );
  Object.assign(process.env, environment);
  void import("./main.js");
}
