import { type Cluster, Command, type Redis } from "ioredis";
import { LoggableError } from "../system/loggable-error.js";
import type { RedisUrl } from "../system/redis-url.js";
import { BatchingCluster } from "./batching-cluster.js";
import {
  type ConnectionEvents,
  type ConnectionOptions,
  HANDSHAKE_TIMEOUT_MS,
  RETRY_DELAY_MS,
  type RedisConnection,
} from "./redis-connection.js";

/** Slots of a Redis Cluster; each key is in one. */
const SLOTS = 16_384;

/** How many keys are tried to find one on each master. */
const MAX_PROBE_KEYS = 10_000;

/**
 * Connects to the cluster that `hosts` are nodes of. It is connected when each slot has a master and all masters respond:
 * with a part of them, limits would be kept in Redis and in memory by turns.
 */
export function connectCluster(
  { hosts }: RedisUrl,
  redisOptions: ConnectionOptions,
  events: ConnectionEvents,
): RedisConnection {
  const cluster = new BatchingCluster([...hosts], {
    redisOptions,
    clusterRetryStrategy: () => RETRY_DELAY_MS,
    slotsRefreshTimeout: HANDSHAKE_TIMEOUT_MS,
    // The probes show whether the cluster is up.
    enableReadyCheck: false,
    // What is sent to a node that is being connected waits for it.
    enableOfflineQueue: true,
    // Calls don't wait for a cluster that is down or a node that is gone: they are counted in memory.
    retryDelayOnClusterDown: 0,
    retryDelayOnFailover: 0,
    // Certificates are for host names.
    dnsLookup: (host, callback) => callback(null, host),
  });
  let nodeFailure: unknown;

  function reconnect(): void {
    if (cluster.status === "ready") cluster.disconnect(true);
  }

  async function connectMasters(): Promise<void> {
    if (!hasAllSlots(cluster)) throw new LoggableError("the cluster has slots without a master");
    await Promise.all(cluster.nodes("master").map((node) => node.ping()));
  }

  cluster.on("+node", (node: Redis) => {
    node.once("ready", () => {
      node.options.commandTimeout = undefined;
    });
  });
  cluster.on("node error", (error: unknown) => {
    nodeFailure = error;
  });
  cluster.on("ready", () => {
    nodeFailure = undefined;
    connectMasters().then(events.ready, (error: unknown) => {
      events.failed(clusterFailure(nodeFailure ?? error));
      reconnect();
    });
  });
  cluster.on("error", (error: unknown) => events.failed(clusterFailure(nodeFailure ?? error)));
  cluster.on("close", events.closed);
  return {
    client: cluster,
    probeKeys: (prefix) => keysByMaster(cluster, prefix),
    reconnect,
    close: () => cluster.disconnect(),
  };
}

function hasAllSlots({ slots }: Cluster): boolean {
  return slots.length === SLOTS && !Array.from(slots).includes(undefined as never);
}

/** A key on each master. A master may be left out if it has next to no slots, or the prefix names a slot. */
function keysByMaster({ slots }: Cluster, prefix: string): string[] {
  const masters = new Set(slots.map(([master]) => master));
  const keys = new Map<string | undefined, string>();
  for (let n = 0; n < MAX_PROBE_KEYS && keys.size < masters.size; n += 1) {
    const key = `probe:${n}`;
    const [master] = slots[slotOf(prefix + key)] ?? [];
    if (!keys.has(master)) keys.set(master, key);
  }
  return [...keys.values()];
}

function slotOf(key: string): number {
  return new Command("get", [key]).getSlot();
}

/** Why no node says which slots it has. Only the texts of these errors tell. */
function clusterFailure(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  if (message.includes("cluster support disabled")) {
    return new LoggableError("REDIS_URL names no cluster: use redis://");
  }
  // ioredis hides why a connection was closed: it may have taken too long.
  return message === "Connection is closed." || message === "timeout"
    ? Object.assign(new LoggableError("no node of the cluster can be reached"), { code: "ETIMEDOUT" })
    : error;
}
