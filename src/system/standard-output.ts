import { type DestinationStream, pino } from "pino";

/** How long a line of the log may wait, in milliseconds. */
const FLUSH_MS = 100;

/** Lines are written together when they take so many bytes: some 15 calls. */
const BUFFER_BYTES = 4096;

/**
 * Standard output, for the log of a server. A write of its own for every line would take as long as a tenth of a cheap
 * call, so lines wait for others, for FLUSH_MS at most. Every way to end the process but SIGKILL writes them first.
 */
export function openStandardOutput(): DestinationStream {
  const output = pino.destination({
    dest: process.stdout.fd,
    // The other way to write uses libuv's threads, which password hashes keep busy.
    sync: true,
    minLength: BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
  });
  process.once("exit", () => output.flushSync());
  return output;
}
