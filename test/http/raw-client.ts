import { once } from "node:events";
import { connect } from "node:net";

/** A TCP client that sends whatever bytes it is told to. */
export interface RawClient {
  send(bytes: string | Uint8Array): void;
  /** Sends the end of the stream, and goes on receiving. */
  end(): void;
  /** All that has come in up to now, one character a byte. */
  received(): string;
  /** Resolves when `text` has come in; rejects when the server hangs up before. */
  until(text: string): Promise<void>;
  /** Resolves, with all that came in, when the server sends the end of the stream. */
  ended: Promise<string>;
  /** Resolves, with all that came in, when the connection is gone: without `allowHalfOpen` by either's end. */
  closed: Promise<string>;
  /** Stops to take in what the server sends. */
  pause(): void;
  /** Breaks the connection off. */
  reset(): void;
}

/** An HTTP/1.1 request of the least form. */
export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

/** The first line of an HTTP/1.1 answer. */
export function statusLine(received: string): string {
  return received.split("\r\n", 1)[0] ?? "";
}

/** With `allowHalfOpen` the client keeps its side open when the server has ended. */
export async function connectRaw(port: number, allowHalfOpen = false): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen, noDelay: true });
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
