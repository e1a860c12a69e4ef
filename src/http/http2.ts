import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { LoggableError } from "../system/loggable-error.js";
import type { ConnectionShare } from "./address-load.js";
import {
  type Connection,
  type ConnectionLimits,
  createRequestsInFlight,
  type RequestsInFlight,
} from "./connection.js";
import type { ProtocolServer } from "./http1.js";
import type { NodeHandler } from "./node-handler.js";
import { createSessionGuard, type SessionGuard } from "./session-guard.js";

/**
 * A GOAWAY that names the greatest of all stream ids: the client opens no more streams, and those on their way are served
 * (RFC 9113, section 6.8). node:http2 has no way to send it: after each GOAWAY of its own it ignores new streams. Like all
 * that it writes, this is a whole frame in one write; libuv keeps the order of writes.
 */
const SHUTDOWN_NOTICE = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

interface SessionState {
  requests: RequestsInFlight<Http2ServerRequest>;
  guard: SessionGuard;
  share: ConnectionShare;
}

/**
 * Applies the time limits to one session. After `idleMs` without a request the session closes with GOAWAY, and clients
 * send their next request on a new connection. Until then the client must acknowledge one ping per `headerMs`. It can
 * acknowledge the first ping only after sending its whole preface. Pings also detect broken sessions, because
 * node:http2 reports neither that a session has failed nor that the client of a failed session has disconnected.
 */
function createSessionConnection(
  session: ServerHttp2Session,
  socket: Socket,
  { requests, guard }: SessionState,
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

  /** Comes after the settings, with which a session begins, and which are written in the next turn. */
  function sendShutdownNotice(): void {
    if (!session.closed && socket.writable) socket.write(SHUTDOWN_NOTICE);
  }

  return {
    sweep(now) {
      requests.sweep(now);
      guard.sweep(now);
      if (session.destroyed || (session.closed && requests.size === 0)) {
        sweepClosed(now);
        return;
      }
      sweepPing(now);
      sweepIdle(now);
    },
    drain() {
      // Of two writers at once Node's TLS ends the process. There the client learns that what is on its way was not
      // processed, and sends it again (RFC 9113, section 8.7).
      if (socket instanceof TLSSocket) session.close();
      else setImmediate(sendShutdownNotice);
    },
    finish: () => session.close(),
  };
}

/** Serves HTTP/2 without TLS to clients with prior knowledge (RFC 9113, section 3.3). */
export function createHttp2(handler: NodeHandler, limits: ConnectionLimits): ProtocolServer {
  const stateOf = new WeakMap<Http2Session, SessionState>();
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

  /** Handles a request, unless its stream or its connection has ended meanwhile, which must cost nothing. */
  function begin(request: Http2ServerRequest, response: Http2ServerResponse, state: SessionState): void {
    const { stream } = request;
    if (state.guard.isCut || stream.closed) return;
    if (!state.share.beginRequest()) {
      // Tells the client that nothing was done, so that it may send the request again (RFC 9113, section 8.7).
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    state.requests.begin(request, response, state.share.endRequest);
    handler(request, response);
  }

  /** Begins a request at once; on a suspect connection after all that has arrived was read. */
  function receive(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { session } = request.stream;
    const state = session && stateOf.get(session);
    if (!state || state.guard.isCut) return;
    state.guard.watch(request.stream, request.rawHeaders);
    // Streams that a rapid-reset attack opens and resets at once (CVE-2023-44487) are not handled.
    if (state.guard.isSuspect) setImmediate(begin, request, response, state);
    else begin(request, response, state);
  }

  // nghttp2 ends the session of a client that breaks the protocol, which some floods do.
  server.on("sessionError", (_error, session: Http2Session) => stateOf.get(session)?.share.penalize());
  server.on("request", receive);
  // By default Node sends the 100 without checking that the stream is still open; the exception that this can throw
  // ends the process.
  server.on("checkContinue", (request, response) => {
    if (!request.stream.closed) response.writeContinue();
    receive(request, response);
  });

  return {
    accept(socket, { isProxy, share }) {
      // Unlike an HTTP/1 client, an HTTP/2 client that stops sending can't receive responses any more.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
      const session = accepted;
      accepted = null;
      if (!session) throw new LoggableError("node:http2 did not create a session");
      const state = {
        requests: createRequestsInFlight<Http2ServerRequest>(limits, {
          receivedBytes: () => socket.bytesRead,
          isReceived: ({ stream }) => stream.destroyed || stream.state.remoteClose === 1,
          drop: ({ stream }) => stream.close(constants.NGHTTP2_CANCEL),
        }),
        guard: createSessionGuard(socket, {
          limits: isProxy ? { ...limits, resetBurst: limits.proxyResetBurst } : limits,
          share,
        }),
        share,
      };
      stateOf.set(session, state);
      share.limitStreams((maxConcurrentStreams) => {
        if (!session.destroyed) session.settings({ maxConcurrentStreams });
      });
      return createSessionConnection(session, socket, state, limits);
    },
    close: () => void server.close(),
  };
}
