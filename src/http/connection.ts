import type { NodeResponse } from "./node-handler.js";

/** Limits on client connections. Durations are in milliseconds. */
export interface ConnectionLimits {
  /**
   * Time to send a request header, counted from the connection's start or the header's first byte.
   * HTTP/2: time to acknowledge a ping.
   */
  headerMs: number;
  /** Time to send a whole request, and again to receive a whole response. */
  requestMs: number;
  /** A request that arrives at this rate may exceed `requestMs`, as a large file does. */
  minBytesPerSecond: number;
  /** Time without a request. Longer than the 60 s after which load balancers commonly close idle connections. */
  idleMs: number;
  /** Time for the client to disconnect after the server has ended the session. */
  lingerMs: number;
  maxConnections: number;
  /** Connections of one address that is no trusted proxy. */
  maxConnectionsPerAddress: number;
  /** Time for which a connection that was cut for a flood counts as several of its address. */
  cutMs: number;
  /** Concurrent requests on one HTTP/2 connection. */
  maxConcurrentStreams: number;
  /** Concurrent requests of one address that is no trusted proxy, on all its connections together. */
  maxRequestsPerAddress: number;
  /** HTTP/2 streams that a client may reset at once, and how many more per second. */
  resetBurst: number;
  resetsPerSecond: number;
  /** The same of all connections of one address together. */
  addressResetBurst: number;
  addressResetsPerSecond: number;
  /** `resetBurst` of a trusted proxy. At 1,000 nghttp2 stops reading, and reports nothing of what it last read. */
  proxyResetBurst: number;
  /** Bytes of HTTP/2 control frames, beyond those of requests, that a client may send at once; and per second. */
  controlBurstBytes: number;
  controlBytesPerSecond: number;
  /** Concurrent requests on one HTTP/1 connection, sent without waiting for responses. */
  maxPipelined: number;
  /** Size of one request's header, in bytes. */
  maxHeaderBytes: number;
  /** Number of fields in one request's header. */
  maxHeaderFields: number;
}

export const DEFAULT_LIMITS: Readonly<ConnectionLimits> = {
  headerMs: 10_000,
  requestMs: 30_000,
  minBytesPerSecond: 16_384,
  idleMs: 75_000,
  lingerMs: 1_000,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 256,
  cutMs: 60_000,
  maxConcurrentStreams: 250,
  maxRequestsPerAddress: 512,
  resetBurst: 200,
  resetsPerSecond: 33,
  addressResetBurst: 1_000,
  addressResetsPerSecond: 165,
  proxyResetBurst: 500,
  controlBurstBytes: 16_384,
  controlBytesPerSecond: 4_096,
  maxPipelined: 32,
  maxHeaderBytes: 16_384,
  maxHeaderFields: 100,
};

/** One client's connection. */
export interface Connection {
  /** Drops whatever exceeds its time limit. Called at regular intervals; `now` is in milliseconds. */
  sweep(now: number): void;
  /** Serves what the client sends until it knows that the connection ends, or lets it know that it must send it again. */
  drain(): void;
  /** Refuses new requests and closes the connection after those in flight, at once if there are none. */
  finish(): void;
}

/** What the protocol of a connection knows of its requests. */
interface RequestAccess<Request> {
  /** Bytes received on the connection so far. */
  receivedBytes(): number;
  /** Whether the whole request has arrived. */
  isReceived(request: Request): boolean;
  drop(request: Request, response: NodeResponse): void;
}

/** The requests in flight on one connection. */
export interface RequestsInFlight<Request> {
  readonly size: number;
  /** Their responses, the oldest first. */
  responses(): NodeResponse[];
  /** Tracks the request until its response closes, then calls `onEnd`. */
  begin(request: Request, response: NodeResponse, onEnd: () => void): void;
  /** Drops requests whose client is too slow to send the request or to receive the response. */
  sweep(now: number): void;
}

interface InFlight<Request> {
  request: Request;
  response: NodeResponse;
  bytesBefore: number;
  waitingSince: number | null;
  isResponseEnded: boolean;
}

type RequestTimes = Pick<ConnectionLimits, "requestMs" | "minBytesPerSecond">;

export function createRequestsInFlight<Request>(
  times: RequestTimes,
  { receivedBytes, isReceived, drop }: RequestAccess<Request>,
): RequestsInFlight<Request> {
  const inFlight = new Set<InFlight<Request>>();

  /** Whether a request has waited for its client for too long at `now`. Records since when it waits. */
  function isTooSlow(entry: InFlight<Request>, now: number): boolean {
    const isResponseEnded = entry.response.writableEnded;
    const waitsForClient = isResponseEnded || !isReceived(entry.request);
    if (!waitsForClient || isResponseEnded !== entry.isResponseEnded) entry.waitingSince = null;
    entry.isResponseEnded = isResponseEnded;
    if (!waitsForClient) return false;
    entry.waitingSince ??= now;
    const sentBytes = isResponseEnded ? 0 : receivedBytes() - entry.bytesBefore;
    return now - entry.waitingSince > times.requestMs + (sentBytes / times.minBytesPerSecond) * 1000;
  }

  return {
    get size() {
      return inFlight.size;
    },
    responses: () => Array.from(inFlight, ({ response }) => response),
    begin(request, response, onEnd) {
      const bytesBefore = receivedBytes();
      const entry = { request, response, bytesBefore, waitingSince: null, isResponseEnded: false };
      inFlight.add(entry);
      response.once("close", () => {
        inFlight.delete(entry);
        onEnd();
      });
    },
    sweep(now) {
      for (const entry of inFlight) {
        if (isTooSlow(entry, now)) drop(entry.request, entry.response);
      }
    },
  };
}
