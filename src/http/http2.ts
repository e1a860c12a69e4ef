import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import {
  type Connection,
  type ConnectionLimits,
  createRequestsInFlight,
  type RequestsInFlight,
} from "./connection.js";
import type { ProtocolServer } from "./http1.js";
import type { NodeHandler } from "./node-handler.js";

/**
 * A session ends when it has had no call for `idleMs`, with a GOAWAY, after which clients send their next call
 * on a new connection. All the while the client must answer a ping in each `headerMs`. For a first ping it must
 * have sent its whole preface; and node:http2 tells neither when a session has broken down, nor when the client
 * of such a session has hung up.
 */
function createSessionConnection(
  session: ServerHttp2Session,
  socket: Socket,
  calls: RequestsInFlight,
  limits: ConnectionLimits,
): Connection {
  let quietSince: number | null = null;
  let closedSince: number | null = null;
  let pingedAt: number | null = null;
  let isPingAnswered = true;

  function sweepPing(now: number): void {
    if (pingedAt !== null && now - pingedAt <= limits.headerMs) return;
    if (!isPingAnswered) {
      socket.destroy();
      return;
    }
    pingedAt = now;
    isPingAnswered = false;
    session.ping((error) => {
      isPingAnswered = error === null;
    });
  }

  function sweepQuiet(now: number): void {
    quietSince = calls.size > 0 ? null : (quietSince ?? now);
    if (quietSince !== null && now - quietSince > limits.idleMs) session.close();
  }

  /** A session that has ended leaves its socket to the client, which may never hang up. */
  function sweepEnded(now: number): void {
    closedSince ??= now;
    if (now - closedSince > limits.lingerMs) socket.destroy();
  }

  return {
    sweep(now) {
      calls.sweep(now);
      if (session.destroyed || (session.closed && calls.size === 0)) {
        sweepEnded(now);
        return;
      }
      sweepPing(now);
      sweepQuiet(now);
    },
    finish: () => session.close(),
  };
}

/** HTTP/2 without TLS, for clients that know beforehand that they may speak it (RFC 9113, section 3.3). */
export function createHttp2(handler: NodeHandler, limits: ConnectionLimits): ProtocolServer {
  const callsOf = new WeakMap<Http2Session, RequestsInFlight>();
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
    const calls = stream.session && callsOf.get(stream.session);
    // Many are reset in the same breath that opens them (CVE-2023-44487): those must cost nothing.
    if (!calls || stream.closed) return;
    calls.begin(
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
  // Left to itself, Node sends the 100 without looking whether the stream is still there, and an exception
  // there ends the process.
  server.on("checkContinue", (request, response) => {
    if (request.stream.closed) return;
    response.writeContinue();
    begin(request, response);
  });

  return {
    accept(socket) {
      // Unlike an HTTP/1 client, one of HTTP/2 that stops sending can't be answered any more.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
      const session = accepted;
      accepted = null;
      if (!session) throw new Error("node:http2 has not made a session");
      const calls = createRequestsInFlight(limits);
      callsOf.set(session, calls);
      return createSessionConnection(session, socket, calls, limits);
    },
    close: () => void server.close(),
  };
}
