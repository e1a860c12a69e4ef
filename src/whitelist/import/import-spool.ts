import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "../../system/random.js";
import type { ValidLine } from "./import-line.js";

/** Keeps the good lines of an import until all are known: in a file, so that they take no memory. */
export interface ImportSpool {
  write(lines: readonly ValidLine[]): Promise<void>;
  /** All lines, in the pieces they were written in. */
  read(): AsyncIterable<ValidLine[]>;
  close(): Promise<void>;
}

/** The file has no name from the start, so that it is gone with the process, however that ends. */
export async function openImportSpool(random: Random): Promise<ImportSpool> {
  const path = join(tmpdir(), `waterbill-import-${random.uuid()}`);
  const file: FileHandle = await open(path, "wx+", 0o600);
  await unlink(path);
  return {
    async write(lines) {
      await file.appendFile(`${JSON.stringify(lines)}\n`);
    },
    async *read() {
      for await (const text of file.readLines({ start: 0, autoClose: false })) {
        yield JSON.parse(text) as ValidLine[];
      }
    },
    close: () => file.close(),
  };
}
