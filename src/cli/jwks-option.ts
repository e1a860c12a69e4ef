import { readFile } from "node:fs/promises";
import { Option } from "commander";
import { PublicKeysError, readPublicKeys } from "../services/public-keys.js";
import type { PublicKey } from "../services/service.js";
import { UsageError } from "../startup-error.js";

/** The option that names a file with the public keys of a service. */
export function jwksOption(description: string): Option {
  return new Option("--jwks <file>", description);
}

/** Reads the public keys in a file. Throws a UsageError if it can't be read or has anything else. */
export async function readJwks(path: string): Promise<PublicKey[]> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError("The file of --jwks can't be read.");
  });
  try {
    return readPublicKeys(text);
  } catch (error) {
    if (error instanceof PublicKeysError) throw new UsageError(error.message);
    throw error;
  }
}
