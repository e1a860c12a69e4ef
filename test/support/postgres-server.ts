import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { folderOf, postgresProgram } from "./programs.js";
import { freePort, ordinaryAccount, startProcess, stopProcess } from "./server-process.js";

/** A private PostgreSQL, on a free port and in a temporary folder. */
export interface PostgresServer {
  url: string;
  /** `SIGTERM` waits for connections to end, `SIGINT` closes them, `SIGQUIT` acts like a crash. */
  halt(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again after `halt`, on the same port and data. */
  resume(): Promise<void>;
  /** Suspends all of its processes, as a machine does that hangs. */
  suspend(): void;
  /** Lets it go on after `suspend`. */
  wake(): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

// The data need not survive a power cut.
const hasty = ["fsync", "synchronous_commit", "full_page_writes"].flatMap((name) => ["-c", `${name}=off`]);

async function responds(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on("error", () => {});
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}

/** Creates a PostgreSQL and starts it; takes about two seconds. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = folderOf(postgresProgram);
  const account = ordinaryAccount();
  const folder = mkdtempSync(join(tmpdir(), "waterbill-postgres-"));
  if (account) chownSync(folder, account.uid, account.gid);
  const data = join(folder, "data");
  const initdb = ["-D", data, "-U", "waterbill", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
  execFileSync(join(bin, "initdb"), initdb, { cwd: folder, stdio: ["ignore", "ignore", "pipe"], ...account });

  const port = await freePort();
  const url = `postgres://waterbill@127.0.0.1:${port}/postgres`;
  const args = [
    "-D",
    data,
    "-h",
    "127.0.0.1",
    "-p",
    String(port),
    "-k",
    "",
    "-c",
    "max_connections=300",
    ...hasty,
  ];
  const start = () =>
    startProcess(join(bin, "postgres"), args, { account, cwd: folder, responds: () => responds(url) });
  let child = await start();
  /** Sends a signal to the postmaster and then to its children: a suspended one starts no others. */
  const signalAll = (signal: NodeJS.Signals) => {
    child.kill(signal);
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" });
    for (const pid of children.trim().split(/\s+/)) {
      try {
        process.kill(Number(pid), signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  };

  return {
    url,
    suspend: () => signalAll("SIGSTOP"),
    wake: () => signalAll("SIGCONT"),
    halt: (signal = "SIGINT") => stopProcess(child, signal),
    async resume() {
      child = await start();
    },
    async stop() {
      await stopProcess(child, "SIGINT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
