import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { LoggableError } from "./loggable-error.js";
import type { Random } from "./random.js";

const KEYS_FILE = "keys.json";
const ENCRYPTION_FILE = "key-encryption.json";

const secret = z.string().min(32);
const keysSchema = z.object({ token: secret, code: secret });
const encryptionSchema = z.object({ encryption: secret });

/** The secrets that are generated for a development server. */
export interface StoredKeys {
  /** Signs refresh tokens, and with HS256 access tokens. */
  token: string;
  /** Key of the digests of codes and link tokens. */
  code: string;
}

/** The keys of signatures and digests. */
export interface Keys {
  /** The first one signs refresh tokens, all verify them. */
  token: readonly string[];
  /** The first one encrypts signing keys, all decrypt them. Empty: there are none. */
  encryption: readonly string[];
  /** The keys of digests: the first one is that of new ones, all verify them. */
  code: readonly Uint8Array[];
  /** The first one seals the account history; all of them verify it. */
  audit: readonly string[];
}

/**
 * Returns the keys stored in `directory`; the first call generates them. Processes that start at the same time get the
 * same keys. Changing or losing the file signs out every user and voids every pending code.
 */
export function loadKeys(directory: string, random: Random): StoredKeys {
  return loadSecrets(join(directory, KEYS_FILE), keysSchema, random, (secret) => ({
    token: secret(),
    code: secret(),
  }));
}

/**
 * Returns the secret stored in `directory` that encrypts signing keys; the first call generates it. It has a file of its
 * own, because data directories of earlier versions have the other one. Losing it makes new signing keys.
 */
export function loadEncryptionSecret(directory: string, random: Random): string {
  const path = join(directory, ENCRYPTION_FILE);
  return loadSecrets(path, encryptionSchema, random, (secret) => ({ encryption: secret() })).encryption;
}

/** Returns the keys stored in `directory`; null if there are none. */
export function findKeys(directory: string): StoredKeys | null {
  return readSecrets(join(directory, KEYS_FILE), keysSchema);
}

/** Returns the secret stored in `directory` that encrypts signing keys; null if there is none. */
export function findEncryptionSecret(directory: string): string | null {
  return readSecrets(join(directory, ENCRYPTION_FILE), encryptionSchema)?.encryption ?? null;
}

function loadSecrets<Secrets>(
  path: string,
  schema: z.ZodType<Secrets>,
  random: Random,
  generate: (secret: () => string) => Secrets,
): Secrets {
  const newSecret = () => random.bytes(32).toString("base64url");
  return readSecrets(path, schema) ?? storeSecrets(path, schema, generate(newSecret), random);
}

function readSecrets<Secrets>(path: string, schema: z.ZodType<Secrets>): Secrets | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new LoggableError(`Cannot read the keys in ${path}.`, { cause: error });
  }
}

/** Stores new secrets, and returns them, or those that another process has stored meanwhile. */
function storeSecrets<Secrets>(
  path: string,
  schema: z.ZodType<Secrets>,
  secrets: Secrets,
  random: Random,
): Secrets {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Write the whole file under another name, then link it: it appears complete or not at all, and only once.
  const draft = `${path}.${random.uuid()}`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return secrets;
  } catch (error) {
    const existing = readSecrets(path, schema);
    if (existing) return existing;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}
