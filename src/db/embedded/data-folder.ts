import { join } from "node:path";

/** The folder of PostgreSQL's files in a DATA_DIR. It appears when the files are complete. */
export function dataFolder(folder: string): string {
  return join(folder, "pg");
}
