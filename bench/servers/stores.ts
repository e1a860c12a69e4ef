import { Redis } from "ioredis";
import pg from "pg";
import { startServers } from "../../test/support/servers.js";
import { createDatabase } from "../../test/support/template-database.js";
import { parentOf } from "../measure/cpu-time.js";
import { atEnd } from "./at-end.js";

/** The PostgreSQL and the Redis that all servers of a run share. */
export interface Stores {
  redisUrl: string;
  /** The process that starts all others of PostgreSQL. */
  postgresPid: number;
  redisPid: number;
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
}

/** Starts both, private and on free ports. */
export async function startStores(): Promise<Stores> {
  const servers = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  const { databaseUrl, redisUrl } = servers;
  atEnd(servers.stop);
  return {
    redisUrl,
    postgresPid: await preparePostgres(databaseUrl),
    redisPid: await redisPidOf(redisUrl),
    createDatabase: (name) => createDatabase(databaseUrl, name),
  };
}

/**
 * Turns autovacuum off, which would run in some slices and not in others: `Place.tidy` vacuums between them. Returns the
 * id of the first process, the parent of those that serve connections.
 */
async function preparePostgres(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query("ALTER SYSTEM SET autovacuum = off");
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid, pg_reload_conf()");
    return parentOf(rows[0]!.pid);
  } finally {
    await client.end();
  }
}

async function redisPidOf(url: string): Promise<number> {
  const redis = new Redis(url);
  try {
    return Number(/^process_id:(\d+)/m.exec(await redis.info("server"))?.[1]);
  } finally {
    redis.disconnect();
  }
}
