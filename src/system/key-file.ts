import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Random } from "./random.js";

const secret = z.string().min(32);
const keysSchema = z.object({ token: secret, code: secret });

/** The secrets the service signs and digests with. */
export interface Keys {
  /** Signs access and refresh tokens. */
  token: string;
  /** Keys the digests of codes and link tokens. */
  code: string;
}

/**
 * The keys kept in `directory`, made at the first call. Of several processes that start at once, all get the
 * same ones. Changing or losing the file signs everybody out and voids every code that is on its way.
 */
export function loadKeys(directory: string, random: Random): Keys {
  const path = join(directory, "keys.json");
  return readKeys(path) ?? makeKeys(directory, path, random);
}

function readKeys(path: string): Keys | null {
  try {
    return keysSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(`The keys in ${path} can't be read.`, { cause: error });
  }
}

function makeKeys(directory: string, path: string, random: Random): Keys {
  const makeSecret = () => random.bytes(32).toString("base64url");
  const keys: Keys = { token: makeSecret(), code: makeSecret() };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Written whole under another name, then linked: the file appears complete or not at all, and only once.
  const draft = `${path}.${random.uuid()}`;
  writeFileSync(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return keys;
  } catch (error) {
    const winner = readKeys(path);
    if (winner) return winner;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}
