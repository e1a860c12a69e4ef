import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import type { StoredState, TokenStore } from "../../clients/typescript/src/index.js";

/**
 * Keeps the tokens in a file that only its owner can read, for one program at a time. On a phone the secure storage of the
 * system takes its place (Keychain, Keystore).
 */
export function fileStore(path: string): TokenStore {
  return {
    async get() {
      try {
        return JSON.parse(await readFile(path, "utf8")) as StoredState;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        // Never "signed out" because the disk failed: the client rejects with STORAGE.
        throw error;
      }
    },
    async set(state) {
      // The old tokens stay whole until the new ones are on the disk: after a power cut the file has either.
      const next = `${path}.${randomUUID()}`;
      const file = await open(next, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify(state));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(next, path);
    },
    clear: () => rm(path, { force: true }),
  };
}
