import type { Cluster, Redis, RedisOptions } from "ioredis";

/** How long Redis may take for a command of the handshake, in milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 1000;

/** How long until a connection is tried again, in milliseconds. */
export const RETRY_DELAY_MS = 300;

/** All times are short enough for a Redis that is back to be in use within two seconds. */
export const CONNECTION_OPTIONS = {
  enableOfflineQueue: false,
  // A call whose connection is lost is counted in memory, not sent again.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => RETRY_DELAY_MS,
  connectTimeout: 500,
  commandTimeout: HANDSHAKE_TIMEOUT_MS,
  // A hung Redis never closes its side: destroy the socket.
  disconnectTimeout: 100,
  maxLoadingRetryTime: 500,
} satisfies RedisOptions;

/** The options of a connection: those of all connections, credentials and encryption. */
export type ConnectionOptions = typeof CONNECTION_OPTIONS &
  Pick<RedisOptions, "username" | "password" | "tls">;

/** What a connection reports. Each may be repeated. */
export interface ConnectionEvents {
  /** All servers that keep limits are connected. */
  ready(): void;
  /** Connecting failed; it is tried again. */
  failed(error: unknown): void;
  closed(): void;
}

/** A connection that is made again whenever it is lost, until `close`. */
export interface RedisConnection {
  client: Redis | Cluster;
  /** Keys to consume on a new connection, without `prefix`: at least one on every server that keeps limits. */
  probeKeys(prefix: string): readonly string[];
  /** Drops an open connection and makes a new one. */
  reconnect(): void;
  close(): void;
}
