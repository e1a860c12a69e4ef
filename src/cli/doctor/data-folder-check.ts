import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Config } from "../../config.js";
import { type Check, type Finding, ok, problem, skipped, warning } from "./finding.js";
import { failureOf } from "./run-checks.js";

/** Free space (bytes) below which the embedded database may soon not be able to write. */
const MIN_FREE_BYTES = 200 * 1024 * 1024;

/** Checks that the server can write to DATA_DIR, if it needs to. */
export function dataFolderCheck(config: Config): Check {
  return {
    name: "data_folder",
    run: async () => (usesFolder(config) ? checkFolder(config) : skipped("it is not used")),
  };
}

function usesFolder(config: Config): boolean {
  const { databaseUrl, environment, tokenSecrets, codeSecrets, keyEncryptionSecrets } = config;
  if (environment === "production") return false;
  return !databaseUrl || [tokenSecrets, codeSecrets, keyEncryptionSecrets].some(({ length }) => length === 0);
}

async function checkFolder({ dataDir }: Config): Promise<Finding> {
  try {
    const folder = await existingFolder(resolve(dataDir));
    await access(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = `${Math.floor((bavail * bsize) / 1024 / 1024)} MB free`;
    if (bavail * bsize < MIN_FREE_BYTES)
      return warning(`the disk of DATA_DIR has ${free}`, "make room on it");
    return ok(`writable, ${free}`);
  } catch (error) {
    return problem(`DATA_DIR is not writable (${failureOf(error)})`, "correct its rights, or set DATA_DIR");
  }
}

/** The folder, or the nearest above it that exists. */
async function existingFolder(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) throw error;
    return existingFolder(parent);
  }
}
