/** Hand-made HTTP/2, for input that no well-behaved client sends (RFC 9113 and, for header fields, RFC 7541). */

import { decodeFrames, type Frame, flag, frame, frameType, headerBlock } from "../support/http2-frames.js";

/** An empty SETTINGS frame. */
export const settings = frame(frameType.settings, 0, 0, Buffer.alloc(0));

/** The HEADERS frame of a request whose body follows, unless `flags` end the stream. */
export function requestFrame(
  streamId: number,
  fields: Record<string, string>,
  flags: number = flag.endHeaders,
): Buffer {
  const pseudo = { ":method": "POST", ":scheme": "http", ":path": "/", ":authority": "localhost" };
  return frame(frameType.headers, flags, streamId, headerBlock({ ...pseudo, ...fields }));
}

/** A RST_STREAM frame; the error code is CANCEL. */
export function resetFrame(streamId: number): Buffer {
  return frame(frameType.reset, 0, streamId, Buffer.from([0, 0, 0, 8]));
}

/** Every complete frame in a server's output (`latin1`). */
export function framesIn(received: string): Frame[] {
  return decodeFrames(Buffer.from(received, "latin1")).frames;
}
