import type { Socket } from "node:net";

export type Protocol = "http1" | "http2";

/** The first bytes of the HTTP/2 connection preface (RFC 9113, section 3.4). No HTTP/1 method starts with them. */
const HTTP2_PREFACE_START = "PRI";

/** Null while the bytes match both protocols: `P` may continue as POST. */
function protocolOf(head: Buffer): Protocol | null {
  const start = head.toString("latin1", 0, HTTP2_PREFACE_START.length);
  if (start === HTTP2_PREFACE_START) return "http2";
  return HTTP2_PREFACE_START.startsWith(start) ? null : "http1";
}

/**
 * Waits for the first bytes of a connection and reports their protocol. The bytes can still be read from the socket
 * afterwards. A client that ends the connection before its protocol is known is dropped; the caller must time out
 * silent clients.
 */
export function detectProtocol(socket: Socket, onDetected: (protocol: Protocol) => void): void {
  let head = Buffer.alloc(0);

  function read(): void {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    head = Buffer.concat([head, chunk]);
    const protocol = protocolOf(head);
    if (protocol === null) return;
    socket.off("readable", read);
    socket.off("end", drop);
    socket.unshift(head);
    onDetected(protocol);
  }

  function drop(): void {
    socket.destroy();
  }

  socket.on("readable", read);
  socket.once("end", drop);
}
