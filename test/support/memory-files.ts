import { existsSync, statfsSync } from "node:fs";

/** Where Linux keeps files in memory. */
const MEMORY_FOLDER = "/dev/shm";
/** More than a whole run needs. Containers often offer only 64 MB. */
const NEEDED_BYTES = 4 * 2 ** 30;

/**
 * Lets this process and those that it starts keep their temporary files in memory, if there is room and TMPDIR does not
 * say otherwise. The databases of the tests consist of hundreds of files each, which a disk creates slowly.
 */
export function useMemoryForTemporaryFiles(): void {
  if (process.env.TMPDIR || !existsSync(MEMORY_FOLDER)) return;
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  if (bavail * bsize >= NEEDED_BYTES) process.env.TMPDIR = MEMORY_FOLDER;
}
