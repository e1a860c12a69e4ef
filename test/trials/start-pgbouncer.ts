import { chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderOf } from "../support/programs.js";
import { freePort, ordinaryAccount, startProcess, stopProcess } from "../support/server-process.js";
import { connectTo } from "./start-proxy.js";
import type { Trial } from "./trial.js";

/** A PgBouncer in front of a PostgreSQL of this machine. */
export interface PgBouncer {
  url: string;
  /** Sends new transactions to the PostgreSQL on another port. */
  moveTo(port: number): void;
}

export interface PgBouncerOptions {
  /** The port of PostgreSQL. */
  port: number;
  poolMode: "session" | "transaction";
  /** Connections to PostgreSQL. Fewer than those of clients, so that these take turns on them. */
  poolSize: number;
}

/** PostgreSQL trusts its user, so PgBouncer asks for no password. */
function configuration(listenPort: number, { port, poolMode, poolSize }: PgBouncerOptions): string {
  return `[databases]
* = host=127.0.0.1 port=${port} user=waterbill
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
default_pool_size = ${poolSize}
max_client_conn = 300
server_login_retry = 1
`;
}

/** Starts a PgBouncer that ends with the trial. */
export async function startPgBouncer(trial: Trial, options: PgBouncerOptions): Promise<PgBouncer> {
  const program = { files: ["pgbouncer"], places: ["/usr/sbin"], aptPackage: "pgbouncer" };
  const bin = folderOf(program);
  const account = ordinaryAccount();
  const folder = mkdtempSync(join(tmpdir(), "waterbill-pgbouncer-"));
  const file = join(folder, "pgbouncer.ini");
  const listenPort = await freePort();
  writeFileSync(file, configuration(listenPort, options));
  if (account) chownSync(folder, account.uid, account.gid);
  const child = await startProcess(join(bin, "pgbouncer"), [file], {
    account,
    cwd: folder,
    responds: () => connectTo(listenPort),
  });
  trial.atEnd(() => stopProcess(child, "SIGINT"));
  return {
    url: `postgres://waterbill@127.0.0.1:${listenPort}/postgres`,
    moveTo(port) {
      writeFileSync(file, configuration(listenPort, { ...options, port }));
      child.kill("SIGHUP");
    },
  };
}
