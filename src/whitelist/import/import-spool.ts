import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "../../system/random.js";
import type { ValidLine } from "./import-line.js";

/** Stores the valid lines of an import until all have arrived, in a file, so that they take no memory. */
export interface ImportSpool {
  write(lines: readonly ValidLine[]): Promise<void>;
  /** All lines, in the batches in which they were written. */
  read(): AsyncIterable<ValidLine[]>;
  close(): Promise<void>;
}

/** Unlinks the file as soon as it is open, so that it disappears with the process, however the process ends. */
export async function openImportSpool(random: Random): Promise<ImportSpool> {
  const path = join(tmpdir(), `waterbill-import-${random.uuid()}`);
  const file: FileHandle = await open(path, "wx+", 0o600);
  await unlink(path);
  return {
    async write(lines) {
      await file.appendFile(`${JSON.stringify(lines)}\n`);
    },
    async *read() {
      for await (const json of file.readLines({ start: 0, autoClose: false })) {
        yield JSON.parse(json) as ValidLine[];
      }
    },
    close: () => file.close(),
  };
}
