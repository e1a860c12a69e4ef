import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { LoggableError } from "./loggable-error.js";
import type { Random } from "./random.js";

const secret = z.string().min(32);
const keysSchema = z.object({ token: secret, code: secret });

/** The secrets that are generated for a development server. */
export interface StoredKeys {
  /** Signs access and refresh tokens. */
  token: string;
  /** Key of the digests of codes and link tokens. */
  code: string;
}

/** The keys of signatures and digests. */
export interface Keys {
  token: StoredKeys["token"];
  /** The bytes of `StoredKeys.code`. */
  code: Uint8Array;
  /** The first one seals the account history; all of them verify it. */
  audit: readonly string[];
}

/**
 * Returns the keys stored in `directory`; the first call generates them. Processes that start at the same time get the
 * same keys. Changing or losing the file signs out every user and voids every pending code.
 */
export function loadKeys(directory: string, random: Random): StoredKeys {
  const path = join(directory, "keys.json");
  return readKeys(path) ?? generateKeys(directory, path, random);
}

function readKeys(path: string): StoredKeys | null {
  try {
    return keysSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new LoggableError(`Cannot read the keys in ${path}.`, { cause: error });
  }
}

function generateKeys(directory: string, path: string, random: Random): StoredKeys {
  const newSecret = () => random.bytes(32).toString("base64url");
  const keys: StoredKeys = { token: newSecret(), code: newSecret() };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Write the whole file under another name, then link it: it appears complete or not at all, and only once.
  const draft = `${path}.${random.uuid()}`;
  writeFileSync(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return keys;
  } catch (error) {
    const existing = readKeys(path);
    if (existing) return existing;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}
