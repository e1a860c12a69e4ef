import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { Logger } from "../system/logger.js";
import { type Connection, type ConnectionLimits, DEFAULT_LIMITS } from "./connection.js";
import { detectProtocol } from "./detect-protocol.js";
import { createHttp1 } from "./http1.js";
import { createHttp2 } from "./http2.js";
import type { NodeHandler } from "./node-handler.js";
import type { Readiness } from "./readiness.js";

interface ServerOptions {
  handler: NodeHandler;
  readiness: Pick<Readiness, "stop">;
  logger: Logger;
  /** Instead of the defaults. */
  limits?: Partial<ConnectionLimits>;
}

export interface Server {
  /** Rejects with Node's error (EADDRINUSE, EACCES …) when the port can't be had. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /**
   * Stops: not ready any more, no new connections, no new calls; each connection ends after its calls in
   * flight. What is left after `graceMs` milliseconds is cut. Resolves when every connection has ended.
   */
  close(graceMs: number): Promise<void>;
}

/** A client that has not yet shown its protocol. */
function createUndecidedConnection(socket: Socket, limits: ConnectionLimits, now: number): Connection {
  return {
    sweep(later) {
      if (later - now > limits.headerMs) socket.destroy();
    },
    finish: () => void socket.destroy(),
  };
}

/** Serves HTTP/1.1 and HTTP/2 (h2c) on one port of TCP: the first bytes of a connection tell which it is. */
export function createServer({ handler, readiness, logger, ...options }: ServerOptions): Server {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const protocols = { http1: createHttp1(handler, limits), http2: createHttp2(handler, limits) };
  const connections = new Map<Socket, Connection>();
  let closing: Promise<void> | null = null;
  /** Time that this process was awake: what it slept through is not held against its clients. */
  let awakeMs = 0;

  // Half-open, as node:http has it for its own port.
  const tcpOptions = {
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: limits.idleMs,
  };
  const tcp = createTcpServer(tcpOptions, (socket) => {
    // Clients break off whenever they like; whoever speaks with this one learns it by "close".
    socket.on("error", () => {});
    // Node remembers the address once it is asked for, and could not tell it any more after the client has gone.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    connections.set(socket, createUndecidedConnection(socket, limits, awakeMs));
    socket.once("close", () => connections.delete(socket));
    detectProtocol(socket, (protocol) => connections.set(socket, protocols[protocol].accept(socket)));
  });
  tcp.maxConnections = limits.maxConnections;

  const sweepMs = Math.min(1_000, limits.headerMs, limits.requestMs, limits.idleMs, limits.lingerMs) / 2;
  const sweeper = setInterval(() => {
    awakeMs += sweepMs;
    for (const connection of connections.values()) connection.sweep(awakeMs);
  }, sweepMs).unref();

  async function close(graceMs: number): Promise<void> {
    readiness.stop();
    const ended = new Promise<void>((resolve) => tcp.close(() => resolve()));
    for (const connection of connections.values()) connection.finish();
    const cut = setTimeout(() => {
      logger.warn({ connections: connections.size }, "cut connections that outlived the grace");
      for (const socket of connections.keys()) socket.destroy();
    }, graceMs);
    await ended;
    clearTimeout(cut);
    clearInterval(sweeper);
    protocols.http1.close();
    protocols.http2.close();
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        tcp.once("error", reject);
        tcp.listen(port, host, () => {
          tcp.off("error", reject);
          // Accepting can fail later on, for want of file descriptors: the next attempt may go well.
          tcp.on("error", (error) => logger.error({ err: error }, "could not accept a connection"));
          resolve(tcp.address() as AddressInfo);
        });
      }),
    close(graceMs) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}
