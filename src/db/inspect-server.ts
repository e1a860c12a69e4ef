import type { Database, Statement } from "./database.js";
import { connectionOf } from "./transaction.js";

/** The oldest supported PostgreSQL, in the form of `server_version_num`. */
export const OLDEST_VERSION_NUMBER = 140_000;

export interface ServerVersion {
  version: string;
  /** 160004 is 16.4. */
  number: number;
  /** It only reads: a standby of another server. */
  isStandby: boolean;
}

const version: Statement = {
  name: "server_version",
  text: `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
           pg_is_in_recovery() AS "isStandby"`,
};

export async function readServerVersion(database: Database): Promise<ServerVersion> {
  const [row] = await database.run<ServerVersion>(null, version, []);
  return row as ServerVersion;
}

const time: Statement = { name: "server_time", text: "SELECT clock_timestamp() AS now" };

/** The time of the server's clock. */
export async function readServerTime(database: Database): Promise<Date> {
  const [row] = await database.run<{ now: Date }>(null, time, []);
  return (row as { now: Date }).now;
}

export interface ServerConnections {
  /** Connections that the server accepts of ordinary roles. */
  available: number;
  /** Connections to all databases of the server at the moment. */
  used: number;
}

const connections: Statement = {
  name: "server_connections",
  text: `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           AS available, (SELECT sum(numbackends)::int FROM pg_stat_database) AS used`,
};

export async function readConnections(database: Database): Promise<ServerConnections> {
  const [row] = await database.run<ServerConnections>(null, connections, []);
  return row as ServerConnections;
}

export interface StatementTimeout {
  /** Time (ms) that the role or the server sets, apart from what this program sets; 0: none. */
  roleMs: number;
  /** Whether a pooler passes the statements on: what this program sets may then not hold. */
  isPooled: boolean;
}

const timeout: Statement = {
  name: "server_statement_timeout",
  text: `SELECT pg_backend_pid() AS pid, reset_val::int AS "roleMs" FROM pg_settings WHERE name = 'statement_timeout'`,
};

/** A pooler is known by the process id that it gave the connection: it is not that of the server's process. */
export async function readStatementTimeout(database: Database): Promise<StatementTimeout> {
  return database.transaction(async (tx) => {
    const [row] = await database.run<{ pid: number; roleMs: number }>(tx, timeout, []);
    const { processID } = connectionOf(tx, timeout.name) as unknown as { processID: number };
    const { pid, roleMs } = row as { pid: number; roleMs: number };
    return { roleMs, isPooled: pid !== processID };
  });
}
