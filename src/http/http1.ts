import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionShare } from "./address-load.js";
import {
  type Connection,
  type ConnectionLimits,
  createRequestsInFlight,
  type RequestsInFlight,
} from "./connection.js";
import type { NodeHandler, NodeResponse } from "./node-handler.js";

/** Who has opened a connection. */
interface Client {
  /** A trusted proxy brings the requests of many. */
  isProxy: boolean;
  /** What the connection may do beside the others of its address. */
  share: ConnectionShare;
}

/** Serves one protocol of the shared port: takes over the connections that start with its bytes. */
export interface ProtocolServer {
  accept(socket: Socket, client: Client): Connection;
  /** Stops the server's timers. Call it once no connection is left. */
  close(): void;
}

/** Status codes for requests that Node rejects before the handler runs. */
const STATUS_BY_ERROR_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function refuse(socket: Socket, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.write(head, () => socket.destroy());
}

/** Has no effect on a response whose header was sent. */
function setKeepAlive(responses: readonly NodeResponse[], shouldKeepAlive: boolean): void {
  for (const response of responses) (response as ServerResponse).shouldKeepAlive = shouldKeepAlive;
}

export function createHttp1(handler: NodeHandler, limits: ConnectionLimits): ProtocolServer {
  const requestsOf = new WeakMap<Socket, RequestsInFlight<IncomingMessage>>();
  const shareOf = new WeakMap<Socket, ConnectionShare>();
  /** Connections whose next response is the last one. */
  const draining = new WeakSet<Socket>();
  /** Connections that end when no request is in flight. */
  const finishing = new WeakSet<Socket>();
  const latestRequests = new WeakMap<Socket, IncomingMessage>();
  const server = createServer({
    headersTimeout: limits.headerMs,
    // Disabled in favor of `RequestsInFlight.sweep`, which tells a large file from a slow client.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headerMs),
    maxHeaderSize: limits.maxHeaderBytes,
    noDelay: true,
  });
  // Node drops header fields above this maximum instead of rejecting the request. One more than the limit lets the
  // request listener see that there are too many.
  server.maxHeadersCount = limits.maxHeaderFields + 1;
  // Node starts its timers for header and request timeouts on this event, which it emits only for a server that
  // listens on its own port.
  server.emit("listening");

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const [requests, share] = [requestsOf.get(socket), shareOf.get(socket)];
    if (!requests || !share || requests.size >= limits.maxPipelined || !share.beginRequest()) {
      socket.destroy();
      return;
    }
    latestRequests.set(socket, request);
    // This response becomes the last one instead of those before.
    if (draining.has(socket)) setKeepAlive(requests.responses(), true);
    requests.begin(request, response, () => {
      share.endRequest();
      if (finishing.has(socket) && requests.size === 0) socket.destroySoon();
    });
    response.shouldKeepAlive &&= !draining.has(socket);
    if (request.rawHeaders.length / 2 > limits.maxHeaderFields) {
      response.shouldKeepAlive = false;
      response.statusCode = 431;
      response.end();
      return;
    }
    handler(request, response);
  });

  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const responses = requestsOf.get(socket)?.responses() ?? [];
    // The rest of a request that was refused before it had arrived: its response has been sent.
    const isAnswered = responses.length === 0 && latestRequests.get(socket)?.complete === false;
    const canRespond = socket.writable && error.code !== "ECONNRESET" && !isAnswered;
    // An error response can't interrupt another response, nor overtake one that is due first.
    const isFree = responses.length === 0 || (responses.length === 1 && !responses[0]?.headersSent);
    if (canRespond && isFree) refuse(socket, STATUS_BY_ERROR_CODE[error.code ?? ""] ?? 400);
    else socket.destroy();
  });

  return {
    accept(socket, { share }) {
      const requests = createRequestsInFlight<IncomingMessage>(limits, {
        receivedBytes: () => socket.bytesRead,
        isReceived: (request) => request.complete,
        drop(_request, response) {
          // A response that has started, or that must wait for another one, can't be replaced.
          if (requests.size === 1 && !response.headersSent) refuse(socket, 408);
          else socket.destroy();
        },
      });
      requestsOf.set(socket, requests);
      shareOf.set(socket, share);
      server.emit("connection", socket);
      function drain(): void {
        draining.add(socket);
        setKeepAlive(requests.responses().slice(-1), false);
      }
      return {
        sweep: (now) => requests.sweep(now),
        drain,
        finish() {
          drain();
          finishing.add(socket);
          if (requests.size === 0) socket.destroySoon();
        },
      };
    },
    close: () => void server.close(),
  };
}
