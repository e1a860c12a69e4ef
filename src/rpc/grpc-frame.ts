import { decompress } from "../http/read-body.js";
import { bodyUnreadable } from "../http/request-error.js";

/** A flag byte and a length of four bytes stand before each message. */
export const frameHeaderBytes = 5;

const compressedFlag = 1;

/** Marks gRPC-Web's last frame, which holds the trailers. */
export const trailerFlag = 0x80;

/** One length-prefixed message. */
export function writeFrame(flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + payload.byteLength);
  frame.writeUInt8(flags, 0);
  frame.writeUInt32BE(payload.byteLength, 1);
  frame.set(payload, frameHeaderBytes);
  return frame;
}

/**
 * The payload of a body that is exactly one length-prefixed message, compressed with `encoding` if its flag
 * says so. Throws a RequestFault.
 */
export function readFrame(body: Buffer, encoding: string | undefined): Buffer {
  const isWhole = body.length >= frameHeaderBytes && body.readUInt32BE(1) === body.length - frameHeaderBytes;
  if (!isWhole) throw bodyUnreadable();
  const flags = body.readUInt8(0);
  const payload = body.subarray(frameHeaderBytes);
  if (flags === 0) return payload;
  if (flags !== compressedFlag || encoding === undefined) throw bodyUnreadable();
  return decompress(payload, encoding);
}
