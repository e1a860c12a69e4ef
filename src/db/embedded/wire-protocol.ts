// The messages of PostgreSQL's frontend/backend protocol 3.0 that PGlite leaves to the socket's server:
// https://www.postgresql.org/docs/current/protocol-message-formats.html

/** What the first message of a connection, the only one without a type, can ask for. */
const STARTUP_CODES: Readonly<Record<number, "session" | "encryption">> = {
  196608: "session", // protocol 3.0
  80877103: "encryption", // SSLRequest
  80877104: "encryption", // GSSENCRequest
};

/** Returns the length of the first message and what it asks for; undefined while it is incomplete. */
export function openingOf(bytes: Buffer) {
  if (bytes.length < 8) return undefined;
  const length = Math.max(8, bytes.readInt32BE(0));
  return bytes.length < length ? undefined : { length, asks: STARTUP_CODES[bytes.readInt32BE(4)] };
}

/** Response to a request for encryption, which a unix socket does not have. */
export const NO_ENCRYPTION = Buffer.from("N");

/** Query, Sync, Flush, FunctionCall, CopyData, CopyDone, CopyFail, Terminate: they make the server act on its input. */
const BATCH_ENDS = new Set("QSHFdcfX");

/**
 * Returns the length of the leading messages in `bytes` that the server acts on together, and the type of the last one;
 * undefined while they are incomplete.
 */
export function batchOf(bytes: Buffer): { length: number; end: string } | undefined {
  let offset = 0;
  while (offset + 5 <= bytes.length) {
    const type = String.fromCharCode(bytes.readUInt8(offset));
    offset += 1 + Math.max(4, bytes.readInt32BE(offset + 1));
    if (offset > bytes.length) return undefined;
    if (BATCH_ENDS.has(type)) return { length: offset, end: type };
  }
  return undefined;
}

/** Whether the server's response ends with ReadyForQuery outside any transaction. */
export function isIdle(response: Uint8Array): boolean {
  const tail = Buffer.from(
    response.buffer,
    response.byteOffset + Math.max(0, response.length - 6),
    Math.min(6, response.length),
  );
  return tail.equals(READY_FOR_QUERY);
}

function message(type: string, ...fields: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(
    fields.map((field) => (typeof field === "string" ? Buffer.from(`${field}\0`) : field)),
  );
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Outside any transaction. */
export const READY_FOR_QUERY = message("Z", Buffer.from("I"));
export const SYNC = message("S");
export const ROLLBACK = message("Q", "ROLLBACK");

/** @param code SQLSTATE */
export function errorResponse(severity: "ERROR" | "FATAL", code: string, text: string): Buffer {
  return message("E", `S${severity}`, `V${severity}`, `C${code}`, `M${text}`, Buffer.alloc(1));
}

/** Response to a new session: no password needed, the settings that clients read, ready. */
export function greeting(settings: Readonly<Record<string, string>>): Buffer {
  const authenticationOk = message("R", Buffer.alloc(4));
  const parameters = Object.entries(settings).map(([name, value]) => message("S", name, value));
  // The key for cancelling statements, which is not supported here.
  const backendKey = message("K", Buffer.alloc(8));
  return Buffer.concat([authenticationOk, ...parameters, backendKey, READY_FOR_QUERY]);
}
