import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import { LoggableError } from "../system/loggable-error.js";
import {
  type Connection,
  type ConnectionLimits,
  createRequestsInFlight,
  type RequestsInFlight,
} from "./connection.js";
import type { ProtocolServer } from "./http1.js";
import type { NodeHandler } from "./node-handler.js";

/**
 * Applies the time limits to one session. After `idleMs` without a request the session closes with GOAWAY, and clients
 * send their next request on a new connection. Until then the client must acknowledge one ping per `headerMs`. It can
 * acknowledge the first ping only after sending its whole preface. Pings also detect broken sessions, because
 * node:http2 reports neither that a session has failed nor that the client of a failed session has disconnected.
 */
function createSessionConnection(
  session: ServerHttp2Session,
  socket: Socket,
  requests: RequestsInFlight,
  limits: ConnectionLimits,
): Connection {
  let idleSince: number | null = null;
  let closedSince: number | null = null;
  let pingedAt: number | null = null;
  let isPingAcknowledged = true;

  function sweepPing(now: number): void {
    if (pingedAt !== null && now - pingedAt <= limits.headerMs) return;
    if (!isPingAcknowledged) {
      socket.destroy();
      return;
    }
    pingedAt = now;
    isPingAcknowledged = false;
    session.ping((error) => {
      isPingAcknowledged = error === null;
    });
  }

  function sweepIdle(now: number): void {
    idleSince = requests.size > 0 ? null : (idleSince ?? now);
    if (idleSince !== null && now - idleSince > limits.idleMs) session.close();
  }

  /** A closed session leaves its socket open for the client to close, which it may never do. */
  function sweepClosed(now: number): void {
    closedSince ??= now;
    if (now - closedSince > limits.lingerMs) socket.destroy();
  }

  return {
    sweep(now) {
      requests.sweep(now);
      if (session.destroyed || (session.closed && requests.size === 0)) {
        sweepClosed(now);
        return;
      }
      sweepPing(now);
      sweepIdle(now);
    },
    finish: () => session.close(),
  };
}

/** Serves HTTP/2 without TLS to clients with prior knowledge (RFC 9113, section 3.3). */
export function createHttp2(handler: NodeHandler, limits: ConnectionLimits): ProtocolServer {
  const requestsOf = new WeakMap<Http2Session, RequestsInFlight>();
  const server = createServer({
    maxHeaderListPairs: limits.maxHeaderFields,
    settings: {
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
    },
  });

  let accepted: ServerHttp2Session | null = null;
  server.on("session", (session) => {
    accepted = session;
  });

  function begin(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { stream } = request;
    const requests = stream.session && requestsOf.get(stream.session);
    // Streams that a rapid-reset attack opens and resets at once (CVE-2023-44487) must cost nothing.
    if (!requests || stream.closed) return;
    requests.begin(
      {
        response,
        isReceived: () => stream.destroyed || stream.state.remoteClose === 1,
        receivedBytes: () => stream.session?.socket?.bytesRead ?? 0,
        drop: () => stream.close(constants.NGHTTP2_CANCEL),
      },
      () => {},
    );
    handler(request, response);
  }

  server.on("request", begin);
  // By default Node sends the 100 without checking that the stream is still open; the exception that this can throw
  // ends the process.
  server.on("checkContinue", (request, response) => {
    if (request.stream.closed) return;
    response.writeContinue();
    begin(request, response);
  });

  return {
    accept(socket) {
      // Unlike an HTTP/1 client, an HTTP/2 client that stops sending can't receive responses any more.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
      const session = accepted;
      accepted = null;
      if (!session) throw new LoggableError("node:http2 did not create a session");
      const requests = createRequestsInFlight(limits);
      requestsOf.set(session, requests);
      return createSessionConnection(session, socket, requests, limits);
    },
    close: () => void server.close(),
  };
}
