import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import {
  type Connection,
  type ConnectionLimits,
  createRequestsInFlight,
  type RequestsInFlight,
} from "./connection.js";
import type { NodeHandler } from "./node-handler.js";

/** A side of the port: takes over connections whose first bytes speak its protocol. */
export interface ProtocolServer {
  accept(socket: Socket): Connection;
  /** Stops the clockwork, once no connection is left. */
  close(): void;
}

/** What Node's parser and clock say about a request that never became one. */
const STATUS_BY_ERROR_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function refuse(socket: Socket, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.write(head, () => socket.destroy());
}

export function createHttp1(handler: NodeHandler, limits: ConnectionLimits): ProtocolServer {
  const callsOf = new WeakMap<Socket, RequestsInFlight>();
  const finishing = new WeakSet<Socket>();
  const server = createServer({
    headersTimeout: limits.headerMs,
    // Ours tells a large file from a slow client.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headerMs),
    maxHeaderSize: limits.maxHeaderBytes,
    noDelay: true,
  });
  // Node leaves out the fields above its maximum instead of refusing the request; with one more than the
  // limit, it shows that there were too many.
  server.maxHeadersCount = limits.maxHeaderFields + 1;
  // Node's clock for header and request time-outs starts with this event, which only a server with a port of
  // its own gets.
  server.emit("listening");

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const calls = callsOf.get(socket);
    if (!calls || calls.size >= limits.maxPipelined) {
      socket.destroy();
      return;
    }
    const isReceived = () => request.complete;
    const receivedBytes = () => socket.bytesRead;
    const drop = () => {
      // An answer that has begun, or is due after another, can't be replaced.
      if (calls.size === 1 && !response.headersSent) refuse(socket, 408);
      else socket.destroy();
    };
    calls.begin({ response, isReceived, receivedBytes, drop }, () => {
      if (finishing.has(socket) && calls.size === 0) socket.destroySoon();
    });
    response.shouldKeepAlive &&= !finishing.has(socket);
    if (request.rawHeaders.length / 2 > limits.maxHeaderFields) {
      response.shouldKeepAlive = false;
      response.statusCode = 431;
      response.end();
      return;
    }
    handler(request, response);
  });

  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const responses = [...(callsOf.get(socket)?.responses ?? [])];
    const canAnswer = socket.writable && error.code !== "ECONNRESET";
    // An answer can't be put into the middle of another, nor before one that is due first.
    const isFree = responses.length === 0 || (responses.length === 1 && !responses[0]?.headersSent);
    if (canAnswer && isFree) refuse(socket, STATUS_BY_ERROR_CODE[error.code ?? ""] ?? 400);
    else socket.destroy();
  });

  return {
    accept(socket) {
      const calls = createRequestsInFlight(limits);
      callsOf.set(socket, calls);
      server.emit("connection", socket);
      return {
        sweep: (now) => calls.sweep(now),
        finish() {
          finishing.add(socket);
          for (const response of calls.responses) (response as ServerResponse).shouldKeepAlive = false;
          if (calls.size === 0) socket.destroySoon();
        },
      };
    },
    close: () => void server.close(),
  };
}
