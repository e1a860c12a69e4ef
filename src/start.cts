// Starts the server: `npm start`. CommonJS, because libuv fixes the size of its thread pool when something first uses it,
// and loading an ES module does.

const { existsSync } = process.getBuiltinModule("node:fs");
const { availableParallelism } = process.getBuiltinModule("node:os");

/** Threads that hash passwords at most, by default; each hash takes 19 MiB. */
const MAX_HASHING_THREADS = 16;
/** Threads that hashing leaves free (`hashConcurrency`). */
const OTHER_THREADS = 2;

if (existsSync(".env")) process.loadEnvFile(".env");
process.env.UV_THREADPOOL_SIZE ??= String(
  Math.max(4, Math.min(availableParallelism(), MAX_HASHING_THREADS) + OTHER_THREADS),
);
void import("./main.js");
