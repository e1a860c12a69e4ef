import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { ConnectionShare } from "./address-load.js";
import type { ConnectionLimits } from "./connection.js";

/** Bytes that a request explains besides its header and body: frames, and the client's answers to the response. */
const REQUEST_BYTES = 256;
/** Bytes that a field of a header takes besides its name and value at most (RFC 7541, section 6.2). */
const FIELD_BYTES = 8;
/** What a byte of a body explains: itself, and as much again for the frames that it comes in. */
const BODY_FACTOR = 2;
/** One byte of WINDOW_UPDATE or PING for so many bytes of responses. */
const RESPONSE_BYTES_PER_BYTE = 20;
/** From so many resets on a request waits for the rest of what has arrived, which may reset it. */
const SUSPECT_RESETS = 20;

export type GuardLimits = Pick<
  ConnectionLimits,
  "resetBurst" | "resetsPerSecond" | "controlBurstBytes" | "controlBytesPerSecond"
>;

/** Cuts an HTTP/2 connection whose client sends what costs the server and not itself. */
export interface SessionGuard {
  /** The connection was cut: nothing that it had sent is handled any more. */
  readonly isCut: boolean;
  /** Many streams were reset, and the next one may be too. */
  readonly isSuspect: boolean;
  /** Counts a new stream with this header. */
  watch(stream: ServerHttp2Stream, rawHeaders: readonly string[]): void;
  /** Counts what has arrived since the last time; `now` is in milliseconds. */
  sweep(now: number): void;
}

/**
 * Cuts the connection of a client that resets more streams than `resetBurst`, or than its address may reset, or sends
 * more bytes than its requests explain by `controlBurstBytes`: PING, SETTINGS, PRIORITY, WINDOW_UPDATE and empty frames.
 * The counts fall by their rates per second. nghttp2 has a limit for resets too, but then keeps a deaf connection open; it has none for most
 * control frames, and doesn't report them. Therefore bytes are compared, which is cheap.
 */
export function createSessionGuard(
  socket: Socket,
  { limits, share }: { limits: GuardLimits; share: ConnectionShare },
): SessionGuard {
  let resets = 0;
  let isCut = false;
  let sweptAt: number | null = null;
  let controlBytes = 0;
  /** Bytes that arrived, and that were explained, at the last sweep. */
  let received = 0;
  let explained = 0;
  let requestBytes = 0;

  function cut(): void {
    isCut = true;
    // Not the session: destroying it while nghttp2 reads a chunk aborts the process.
    socket.destroy();
    share.penalize();
  }

  function countReset(): void {
    // The streams of a connection that has gone close too.
    if (isCut || socket.destroyed) return;
    resets += 1;
    const isWithinAddress = share.countReset();
    if (resets > limits.resetBurst || !isWithinAddress) cut();
  }

  function countedPush(this: ServerHttp2Stream, chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    requestBytes += (chunk?.length ?? 0) * BODY_FACTOR;
    return Readable.prototype.push.call(this, chunk, encoding);
  }

  /** A reset may name no error; a stream that ended isn't aborted. */
  function countIfReset(this: ServerHttp2Stream): void {
    if (this.rstCode !== 0 || this.aborted) countReset();
  }

  return {
    get isCut() {
      return isCut;
    },
    get isSuspect() {
      return resets >= SUSPECT_RESETS;
    },
    watch(stream, rawHeaders) {
      requestBytes += REQUEST_BYTES;
      for (const text of rawHeaders) requestBytes += text.length + FIELD_BYTES / 2;
      // The first bytes of a connection are handed to nghttp2 at once: it has read what of the body is among them before
      // it reports the request.
      requestBytes += stream.readableLength * BODY_FACTOR;
      // "data" listeners would start the flow of a body that nobody has asked for yet.
      stream.push = countedPush;
      if (stream.closed) countReset();
      else stream.once("close", countIfReset);
    },
    sweep(now) {
      const seconds = sweptAt === null ? 0 : (now - sweptAt) / 1000;
      sweptAt = now;
      resets = Math.max(0, resets - limits.resetsPerSecond * seconds);
      const explainedNow = requestBytes + socket.bytesWritten / RESPONSE_BYTES_PER_BYTE;
      const more = socket.bytesRead - received - (explainedNow - explained);
      received = socket.bytesRead;
      explained = explainedNow;
      controlBytes = Math.max(0, controlBytes + more - limits.controlBytesPerSecond * seconds);
      if (controlBytes > limits.controlBurstBytes && !isCut) cut();
    },
  };
}
