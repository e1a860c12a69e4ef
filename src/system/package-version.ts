import { readFileSync } from "node:fs";
import { ROOT_FOLDER } from "./program-folder.js";

const PACKAGE_FILE = new URL("package.json", ROOT_FOLDER);

/** The version of the program. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE_FILE, "utf8")) as { version: string }).version;
}
