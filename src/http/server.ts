import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../system/logger.js";
import type { SharedNetwork } from "../system/shared-networks.js";
import { createAddressLoad, PROXY_SHARE } from "./address-load.js";
import { type TrustsProxy, unmapped } from "./client-address.js";
import { type Connection, type ConnectionLimits, DEFAULT_LIMITS } from "./connection.js";
import { detectProtocol, type Protocol } from "./detect-protocol.js";
import { createHttp1 } from "./http1.js";
import { createHttp2 } from "./http2.js";
import type { NodeHandler } from "./node-handler.js";
import type { Tls } from "./tls.js";

interface ServerOptions {
  handler: NodeHandler;
  logger: Logger;
  /** The proxies, which bring the connections of all clients and may hold any number of them. By default none. */
  trustsProxy?: TrustsProxy;
  /** Networks whose addresses may hold several times as many connections. */
  sharedNetworks?: readonly SharedNetwork[];
  /** Overrides of the defaults. */
  limits?: Partial<ConnectionLimits>;
  /** Encrypts every connection; by default none. */
  tls?: Tls | undefined;
}

export interface Server {
  /** Rejects with Node's error (EADDRINUSE, EACCES …) if the port is unavailable. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /**
   * Accepts no new connections, and ends each one after what its client sends before it knows that: with the next
   * response (Connection: close) or a GOAWAY that refuses nothing, over TLS one that names what must be sent again. So no
   * request is lost on its way. Resolves when all have closed, or after `ms` milliseconds; then comes `close`.
   */
  drain(ms: number): Promise<void>;
  /**
   * Shuts down: refuses new connections and new requests, and closes each connection after its requests in flight. Cuts
   * the connections that are left after `graceMs` milliseconds. Resolves when all have closed.
   */
  close(graceMs: number): Promise<void>;
}

/** A connection whose protocol is not known yet. */
function createUndecidedConnection(socket: Socket, limits: ConnectionLimits, now: number): Connection {
  return {
    sweep(later) {
      if (later - now > limits.headerMs) socket.destroy();
    },
    // Its first request may be on its way.
    drain: () => {},
    finish: () => void socket.destroy(),
  };
}

/**
 * Serves HTTP/1.1 and HTTP/2 on one TCP port. The first bytes of a connection tell the two apart, and over TLS what client and
 * server agree on.
 */
export function createServer({ handler, logger, tls, ...options }: ServerOptions): Server {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const protocols = { http1: createHttp1(handler, limits), http2: createHttp2(handler, limits) };
  const connections = new Map<Socket, Connection>();
  const addressLoad = createAddressLoad(limits, options.sharedNetworks ?? []);
  const trustsProxy = options.trustsProxy ?? (() => false);
  let ended: Promise<void> | null = null;
  let closing: Promise<void> | null = null;
  let isDraining = false;
  /** Time (ms) that this process was awake. Time spent suspended doesn't count against its clients. */
  let awakeMs = 0;

  // Half-open, as in node:http's own server.
  const tcpOptions = {
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: limits.idleMs,
  };
  const tcp = createTcpServer(tcpOptions, (socket) => {
    // Clients may disconnect at any time; "close" reports it.
    socket.on("error", () => {});
    // `tcp.maxConnections` would have a worker return the connection to its supervisor, which gives it to the next, over and over.
    if (connections.size >= limits.maxConnections) {
      socket.destroy();
      return;
    }
    // Node caches the address on first access, and can't look it up after the client disconnects.
    const { remoteAddress } = socket;
    const isProxy = remoteAddress !== undefined && trustsProxy(unmapped(remoteAddress));
    const share = isProxy ? PROXY_SHARE : remoteAddress && addressLoad.admit(socket, remoteAddress);
    if (!share) {
      socket.destroy();
      return;
    }
    const client = { isProxy, share };
    connections.set(socket, createUndecidedConnection(socket, limits, awakeMs));
    socket.once("close", () => connections.delete(socket));
    function serve(protocol: Protocol, clear = socket): void {
      const connection = protocols[protocol].accept(clear, client);
      connections.set(socket, connection);
      if (isDraining) connection.drain();
    }
    if (tls) tls.accept(socket, (secure, protocol) => serve(protocol, secure));
    else detectProtocol(socket, serve);
  });

  const sweepMs = Math.min(1_000, limits.headerMs, limits.requestMs, limits.idleMs, limits.lingerMs) / 2;
  const sweeper = setInterval(() => {
    awakeMs += sweepMs;
    addressLoad.sweep(awakeMs);
    for (const connection of connections.values()) connection.sweep(awakeMs);
  }, sweepMs).unref();

  /** Resolves when all connections have closed. */
  function stopListening(): Promise<void> {
    ended ??= new Promise((resolve) => tcp.close(() => resolve()));
    return ended;
  }

  async function close(graceMs: number): Promise<void> {
    const allClosed = stopListening();
    for (const connection of connections.values()) connection.finish();
    const cut = setTimeout(() => {
      logger.warn({ connections: connections.size }, "cut connections that outlived the grace period");
      for (const socket of connections.keys()) socket.destroy();
    }, graceMs);
    await allClosed;
    clearTimeout(cut);
    clearInterval(sweeper);
    tls?.close();
    protocols.http1.close();
    protocols.http2.close();
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        tcp.once("error", reject);
        tcp.listen(port, host, () => {
          tcp.off("error", reject);
          // Accepting can fail later, for lack of file descriptors; the next attempt may succeed.
          tcp.on("error", (error) => logger.error({ err: error }, "could not accept a connection"));
          resolve(tcp.address() as AddressInfo);
        });
      }),
    async drain(ms) {
      isDraining = true;
      for (const connection of connections.values()) connection.drain();
      const isLate = new AbortController();
      await Promise.race([stopListening(), delay(ms, null, isLate)]).finally(() => isLate.abort());
    },
    close(graceMs) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}
