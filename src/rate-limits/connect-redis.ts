import { readFileSync } from "node:fs";
import { LoggableError } from "../system/loggable-error.js";
import { parseRedisUrl, type RedisUrl } from "../system/redis-url.js";
import { connectCluster } from "./connect-cluster.js";
import { connectServer } from "./connect-server.js";
import {
  CONNECTION_OPTIONS,
  type ConnectionEvents,
  type ConnectionOptions,
  type RedisConnection,
} from "./redis-connection.js";

/**
 * Connects to the Redis, Sentinels or cluster that `url` names, a valid REDIS_URL. Throws a LoggableError if the file of
 * its parameter `ca` can't be read.
 */
export function connectRedis(url: string, events: ConnectionEvents): RedisConnection {
  const target = parseRedisUrl(url);
  if (!target) throw new LoggableError("REDIS_URL is malformed");
  const options = { ...CONNECTION_OPTIONS, ...credentials(target), ...encryption(target) };
  return target.kind === "cluster"
    ? connectCluster(target, options, events)
    : connectServer(target, options, events);
}

function credentials({ username, password }: RedisUrl): Partial<ConnectionOptions> {
  if (username === undefined) return password === undefined ? {} : { password };
  return { username, password: password ?? "" };
}

function encryption({ isTls, caFile }: RedisUrl): Partial<ConnectionOptions> {
  if (!isTls) return {};
  return { tls: caFile === undefined ? {} : { ca: readCertificates(caFile) } };
}

function readCertificates(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new LoggableError("the file that REDIS_URL names as ca can't be read", { cause });
  }
}
