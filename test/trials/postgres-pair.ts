import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../support/postgres-server.js";
import { folderOf, postgresProgram } from "../support/programs.js";
import { freePort, ordinaryAccount, startProcess, stopProcess } from "../support/server-process.js";
import type { Trial } from "./trial.js";

/** A PostgreSQL that confirms a commit once its standby has it. */
export interface PostgresPair {
  primaryPort: number;
  standbyPort: number;
  /** Ends the primary as a crash does. */
  losePrimary(): Promise<void>;
  /** Makes the standby a primary. */
  promote(): Promise<void>;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const portOf = (url: string) => Number(new URL(url).port);

/** Starts both; they end with the trial. */
export async function startPostgresPair(trial: Trial): Promise<PostgresPair> {
  const bin = folderOf({ ...postgresProgram, files: ["postgres", "pg_basebackup"] });
  const account = ordinaryAccount();
  const primary = await startPostgres();
  trial.atEnd(() => primary.stop());
  const folder = mkdtempSync(join(tmpdir(), "waterbill-standby-"));
  trial.atEnd(() => rmSync(folder, { recursive: true, force: true }));
  if (account) execFileSync("chown", [`${account.uid}:${account.gid}`, folder]);
  const data = join(folder, "data");
  const standbyPort = await freePort();
  const standbyUrl = primary.url.replace(`:${portOf(primary.url)}/`, `:${standbyPort}/`);
  const source = `host=127.0.0.1 port=${portOf(primary.url)} user=waterbill application_name=standby`;
  execFileSync(join(bin, "pg_basebackup"), ["-d", source, "-D", data, "-R", "-X", "stream", "-c", "fast"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    ...account,
  });
  const args = [
    "-D",
    data,
    "-h",
    "127.0.0.1",
    "-p",
    String(standbyPort),
    "-k",
    "",
    "-c",
    "max_connections=300",
  ];
  const standby = await startProcess(join(bin, "postgres"), args, {
    account,
    cwd: folder,
    responds: () => query(standbyUrl, "SELECT 1"),
  });
  trial.atEnd(() => stopProcess(standby, "SIGINT"));
  await query(primary.url, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  await query(primary.url, "SELECT pg_reload_conf()");
  // Servers of tests commit without waiting.
  await query(primary.url, "ALTER ROLE waterbill SET synchronous_commit = on");
  return {
    primaryPort: portOf(primary.url),
    standbyPort,
    losePrimary: () => primary.halt("SIGQUIT"),
    async promote() {
      await query(standbyUrl, "SELECT pg_promote()");
    },
  };
}
