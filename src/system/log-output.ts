import { type DestinationStream, pino } from "pino";

/** How long a line of the log may wait, in milliseconds. */
const FLUSH_MS = 100;

/** Lines are written together when they take so many bytes: some 13 calls. */
const BUFFER_BYTES = 3584;

/** Bytes of a write, unless it is of one line: a pipe may mix larger ones with those of other workers (PIPE_BUF, pipe(7)). */
const MAX_WRITE_BYTES = 4096;

/**
 * Opens the file `fd` for the log of a server. A write of its own for every line would take as long as a tenth of a cheap
 * call, so lines wait for others, for FLUSH_MS at most. `onExit` registers what has to run before the process ends:
 * then only SIGKILL loses the lines that wait. On a terminal no line waits, so that all that the process prints is in order.
 */
export function openLogOutput(
  fd: number,
  onExit: (flush: () => void) => void,
  isTerminal = false,
): DestinationStream {
  const output = pino.destination({
    dest: fd,
    // The other way to write uses libuv's threads, which password hashes keep busy.
    sync: true,
    minLength: isTerminal ? 0 : BUFFER_BYTES,
    maxWrite: MAX_WRITE_BYTES,
    periodicFlush: FLUSH_MS,
  });
  onExit(() => output.flushSync());
  return output;
}
