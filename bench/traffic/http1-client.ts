import { once } from "node:events";
import { connect } from "node:net";
import { type Http1Response, parseResponse } from "./http1-response.js";

/** A connection that sends one request after the other. */
export interface Http1Client {
  /** Sends a request, and resolves with its response. Rejects if the server disconnects. */
  send(request: Buffer): Promise<Http1Response>;
  close(): void;
}

/**
 * Connects to a port of this machine from the address 127.0.0.`from`. A client of its own, because node:http's takes as
 * much time for a call as a small server: the client's share of the machine would show in what is measured.
 */
export async function connectHttp1(port: number, from = 1): Promise<Http1Client> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: `127.0.0.${from}`, noDelay: true });
  await once(socket, "connect");
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve(response: Http1Response): void; reject(error: Error): void } | null = null;
  const fail = (error: Error) => waiting?.reject(error);

  socket.on("data", (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const response = parseResponse(received);
    if (!response) return;
    received = Buffer.alloc(0);
    waiting?.resolve(response);
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server disconnected")));

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (socket.destroyed) reject(new Error("the server has disconnected"));
        else socket.write(request);
      }),
    close: () => void socket.destroy(),
  };
}

interface Http1Request {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** The bytes of a request. */
export function http1Request({ method, path, headers = {}, body = "" }: Http1Request): Buffer {
  const fields = { host: "identity.waterbill.app", ...headers };
  const bytes = Buffer.from(body);
  const length = method === "GET" ? {} : { "content-length": String(bytes.length) };
  const lines = Object.entries({ ...fields, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`), bytes]);
}

/** A request with a JSON body. */
export function jsonRequest(path: string, body: object, headers: Record<string, string> = {}): Buffer {
  const fields = { "content-type": "application/json", ...headers };
  return http1Request({ method: "POST", path, headers: fields, body: JSON.stringify(body) });
}
