import { readFileSync } from "node:fs";

/** Returns the text of a file. Throws Node's error if it can't be read. */
export function readTextFile(path: string): string {
  return readFileSync(path, "utf8");
}
