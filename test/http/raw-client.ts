import { once } from "node:events";
import { connect } from "node:net";

/** A TCP client that sends arbitrary bytes. */
export interface RawClient {
  send(bytes: string | Uint8Array): void;
  /** Ends its side of the connection, and keeps receiving. */
  end(): void;
  /** Everything received so far, one character per byte. */
  received(): string;
  /** Resolves when `text` has been received; rejects when the server disconnects before. */
  until(text: string): Promise<void>;
  /** Resolves with everything received when the server ends its side. */
  ended: Promise<string>;
  /** Resolves with everything received when the connection is closed; without `allowHalfOpen` either side closes it. */
  closed: Promise<string>;
  /** Stops reading. */
  pause(): void;
  /** Resets the connection. */
  reset(): void;
}

/** A minimal HTTP/1.1 request. */
export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

/** The first line of an HTTP/1.1 response. */
export function statusLine(received: string): string {
  return received.split("\r\n", 1)[0] ?? "";
}

/**
 * With `allowHalfOpen` the client keeps its side open when the server ends its own. On Linux any address from 127.0.0.0/8
 * can be the client's.
 */
export async function connectRaw(
  port: number,
  allowHalfOpen = false,
  localAddress = "127.0.0.1",
): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, allowHalfOpen, noDelay: true });
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const ended = new Promise<string>((resolve) => socket.once("end", () => resolve(text)));
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  await once(socket, "connect");
  return {
    send: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    received: () => text,
    async until(expected) {
      const hungUp = closed.then(() => {
        throw new Error(`hung up after ${JSON.stringify(text)}`);
      });
      while (!text.includes(expected)) await Promise.race([once(socket, "data"), hungUp]);
      hungUp.catch(() => {});
    },
    ended,
    closed,
    pause: () => void socket.pause(),
    reset: () => void socket.resetAndDestroy(),
  };
}
