import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { TestDatabase } from "./database.js";
import { findFolder, type Program, postgresProgram } from "./programs.js";

const pgDump: Program = { ...postgresProgram, files: ["pg_dump"], aptPackage: "postgresql-client" };

/** All rows of a database as text: by pg_dump, or row by row where there is none that fits the server. */
export async function dumpOf({ url, database }: TestDatabase): Promise<string> {
  const folder = findFolder(pgDump);
  if (folder) {
    try {
      return execFileSync(join(folder, "pg_dump"), ["--data-only", url], {
        maxBuffer: 100_000_000,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    } catch {
      // Another version than the server's.
    }
  }
  const rows: string[] = [];
  for (const model of Object.values(database.models)) {
    const table = model.getTableName() as string;
    const text = `SELECT t::text AS row FROM ${table} AS t`;
    const found = await database.run<{ row: string }>(null, { name: "test_dump", text, isAdHoc: true }, []);
    rows.push(...found.map(({ row }) => row));
  }
  return rows.join("\n");
}
