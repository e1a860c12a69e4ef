import type { NodeResponse } from "./node-handler.js";

/** What one client may take: durations in milliseconds. */
export interface ConnectionLimits {
  /** For sending a header, counted from connecting or from its first byte. HTTP/2: for answering a ping. */
  headerMs: number;
  /** For sending a whole request, and again for taking in a whole answer. */
  requestMs: number;
  /** A request that keeps coming at this rate may take longer than `requestMs`, as a large file does. */
  minBytesPerSecond: number;
  /** Without a call. More than the 60 s after which load balancers commonly give up a connection themselves. */
  idleMs: number;
  /** For the client to hang up after we did. */
  lingerMs: number;
  maxConnections: number;
  /** Calls at the same time on one HTTP/2 connection. */
  maxConcurrentStreams: number;
  /** Requests at the same time on one HTTP/1 connection, which sends them without awaiting answers. */
  maxPipelined: number;
  /** The size of one request's header. */
  maxHeaderBytes: number;
  /** The number of fields in one request's header. */
  maxHeaderFields: number;
}

export const DEFAULT_LIMITS: Readonly<ConnectionLimits> = {
  headerMs: 10_000,
  requestMs: 30_000,
  minBytesPerSecond: 16_384,
  idleMs: 75_000,
  lingerMs: 1_000,
  maxConnections: 10_000,
  maxConcurrentStreams: 250,
  maxPipelined: 32,
  maxHeaderBytes: 16_384,
  maxHeaderFields: 100,
};

/** One client's connection. */
export interface Connection {
  /** Drops what takes longer than it may. Called again and again; `now` counts milliseconds. */
  sweep(now: number): void;
  /** Begins no new call, and ends the connection after those in flight: at once when there are none. */
  finish(): void;
}

interface RequestInFlight {
  response: NodeResponse;
  /** Whether the request has come in whole. */
  isReceived(): boolean;
  /** Bytes that have come on the connection, this request's among them. */
  receivedBytes(): number;
  drop(): void;
}

/** The calls in flight on one connection. */
export interface RequestsInFlight {
  readonly size: number;
  readonly responses: Iterable<NodeResponse>;
  /** The call counts until its response closes. */
  begin(call: RequestInFlight, onEnd: () => void): void;
  /** Drops calls that are too slow in sending the request or in taking in the answer. */
  sweep(now: number): void;
}

type Waiting = { waitingSince: number | null; isAnswered: boolean; bytesBefore: number };

export function createRequestsInFlight({
  requestMs,
  minBytesPerSecond,
}: Pick<ConnectionLimits, "requestMs" | "minBytesPerSecond">): RequestsInFlight {
  const calls = new Map<NodeResponse, RequestInFlight & Waiting>();
  return {
    get size() {
      return calls.size;
    },
    get responses() {
      return calls.keys();
    },
    begin(call, onEnd) {
      const bytesBefore = call.receivedBytes();
      calls.set(call.response, { ...call, waitingSince: null, isAnswered: false, bytesBefore });
      call.response.once("close", () => {
        calls.delete(call.response);
        onEnd();
      });
    },
    sweep(now) {
      for (const call of calls.values()) {
        const isAnswered = call.response.writableEnded;
        const waitsForClient = isAnswered || !call.isReceived();
        if (!waitsForClient || isAnswered !== call.isAnswered) call.waitingSince = null;
        call.isAnswered = isAnswered;
        if (!waitsForClient) continue;
        call.waitingSince ??= now;
        const sent = isAnswered ? 0 : call.receivedBytes() - call.bytesBefore;
        if (now - call.waitingSince > requestMs + (sent / minBytesPerSecond) * 1000) call.drop();
      }
    },
  };
}
