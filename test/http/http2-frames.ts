/** Hand-made HTTP/2, for input that no well-behaved client sends (RFC 9113 and, for header fields, RFC 7541). */

export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
} as const;
export const flag = { endStream: 1, endHeaders: 4 } as const;

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** An empty SETTINGS frame. */
export const settings = frame(frameType.settings, 0, 0, Buffer.alloc(0));

/** A header block of literal fields without indexing; names and values up to 126 bytes. */
export function headerBlock(fields: Record<string, string>): Buffer {
  const app = Object.entries(fields).map(([name, value]) =>
    Buffer.concat([
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]),
  );
  return Buffer.concat(app);
}

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
export function framesIn(received: string): { type: number; streamId: number; payload: Buffer }[] {
  const bytes = Buffer.from(received, "latin1");
  const frames = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({
      type: bytes.readUInt8(at + 3),
      streamId: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, end),
    });
    at = end;
  }
  return frames;
}
