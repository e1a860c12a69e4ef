import { Redis } from "ioredis";
import { LoggableError } from "../system/loggable-error.js";
import type { RedisUrl } from "../system/redis-url.js";
import {
  type ConnectionEvents,
  type ConnectionOptions,
  HANDSHAKE_TIMEOUT_MS,
  RETRY_DELAY_MS,
  type RedisConnection,
} from "./redis-connection.js";

/**
 * A key in each quarter of a cluster's slots, by its part in braces. If REDIS_URL names a single node of a cluster,
 * consuming them shows it, before a call has a key of another node.
 */
const PROBE_KEYS = ["probe{0}", "probe{1}", "probe{2}", "probe{3}"];

/** Connects to one Redis: the one that the URL names, or the master that the Sentinels name at the moment. */
export function connectServer(
  target: RedisUrl,
  options: ConnectionOptions,
  events: ConnectionEvents,
): RedisConnection {
  const isSentinel = target.kind === "sentinel";
  const server = isSentinel ? sentinelOptions(target, options) : target.hosts[0];
  const redis = new Redis({ ...options, ...server, db: target.db });
  redis.on("ready", () => {
    // ioredis reads the option at each command. Calls have a timeout that also holds in a process without CPU.
    redis.options.commandTimeout = undefined;
    events.ready();
  });
  redis.on("error", (error) => events.failed(isSentinel ? sentinelFailure(error) : error));
  redis.on("close", () => {
    redis.options.commandTimeout = HANDSHAKE_TIMEOUT_MS;
    events.closed();
  });
  return {
    client: redis,
    probeKeys: () => PROBE_KEYS,
    reconnect() {
      // Only on an open connection: ioredis stops reconnecting when it is told to disconnect while it connects.
      if (redis.status === "ready" && redis.stream.writable) redis.disconnect(true);
    },
    close: () => redis.disconnect(),
  };
}

function sentinelOptions(target: RedisUrl, { tls }: ConnectionOptions) {
  const { hosts, masterName, sentinelUsername, sentinelPassword } = target;
  return {
    sentinels: [...hosts],
    name: masterName,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: HANDSHAKE_TIMEOUT_MS,
    sentinelRetryStrategy: () => RETRY_DELAY_MS,
  };
}

/** ioredis tells only by its text that no Sentinel was reached, or that none knows the master. */
function sentinelFailure(error: Error): Error {
  const isUnresolved = error.message.startsWith("All sentinels are unreachable");
  return isUnresolved ? new LoggableError("no Sentinel names a master") : error;
}
