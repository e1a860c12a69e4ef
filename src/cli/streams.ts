import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The streams of the command line: those of `process`, or a test's. */
export interface CliStreams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
}

/** Prints text as fast as it is read. A reader that stops early, as `head` does, is not an error. */
export async function print(
  output: Writable,
  chunks: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  try {
    await pipeline(Readable.from(chunks), output, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
