import { decompress } from "../http/read-body.js";
import { bodyUnreadable } from "../http/request-error.js";

/** A flag byte and a length of four bytes stand before each message. */
export const FRAME_HEADER_BYTES = 5;

const COMPRESSED_FLAG = 1;

/** Marks gRPC-Web's last frame, which holds the trailers. */
export const TRAILER_FLAG = 0x80;

/** One length-prefixed message. */
export function writeFrame(flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.byteLength);
  frame.writeUInt8(flags, 0);
  frame.writeUInt32BE(payload.byteLength, 1);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * The payload of a body that is exactly one length-prefixed message, compressed with `encoding` if its flag
 * says so. Throws a RequestFault.
 */
export function readFrame(body: Buffer, encoding: string | undefined): Buffer {
  const isWhole =
    body.length >= FRAME_HEADER_BYTES && body.readUInt32BE(1) === body.length - FRAME_HEADER_BYTES;
  if (!isWhole) throw bodyUnreadable();
  const flags = body.readUInt8(0);
  const payload = body.subarray(FRAME_HEADER_BYTES);
  if (flags === 0) return payload;
  if (flags !== COMPRESSED_FLAG || encoding === undefined) throw bodyUnreadable();
  return decompress(payload, encoding);
}
