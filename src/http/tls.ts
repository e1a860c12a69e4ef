import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { LoggableError } from "../system/loggable-error.js";
import type { Logger } from "../system/logger.js";
import type { Protocol } from "./detect-protocol.js";

/** The files of a certificate, with those that it is signed by, and of its private key (PEM). */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

/** Encrypts the connections of a port. */
export interface Tls {
  /**
   * Completes the handshake on a new connection, and reports the protocol that it agreed on (ALPN, RFC 7301). A client that
   * fails is dropped; the caller must time out silent ones.
   */
  accept(socket: Socket, onSecure: (secure: Socket, protocol: Protocol) => void): void;
  /** Reads the files again, and uses what is new for connections from then on. Keeps the former certificate if it fails. */
  reload(): Promise<void>;
  /** Stops looking for new files. */
  close(): void;
}

/** The certificate and key don't make a pair, or can't be read. */
export class TlsFilesError extends LoggableError {}

/** How often (ms) the files are read again: a renewal needs no restart and no signal. */
const RELOAD_INTERVAL_MS = 60_000;

/** TLS 1.2 with the ciphers of Node, or 1.3. */
const OPTIONS: TlsOptions = { minVersion: "TLSv1.2", ALPNProtocols: ["h2", "http/1.1"] };

interface Pair {
  cert: Buffer;
  key: Buffer;
}

async function readPair({ certFile, keyFile }: TlsFiles): Promise<Pair> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  return { cert, key };
}

/** The client's end of a connection, by which its encrypted side is found. */
const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** Throws a TlsFilesError if the files can't be used. */
export async function openTls(files: TlsFiles, logger: Logger): Promise<Tls> {
  const opened = await readPair(files)
    .then((pair) => ({ pair, server: createServer({ ...OPTIONS, ...pair }) }))
    .catch((cause: unknown) => {
      const message = "TLS_CERT_FILE and TLS_KEY_FILE can't be read, or don't belong together.";
      throw new TlsFilesError(message, { cause });
    });
  const { server } = opened;
  let current = opened.pair;
  /** What to do with connections whose handshake isn't complete. */
  const waiting = new Map<string, (secure: Socket, protocol: Protocol) => void>();

  server.on("secureConnection", (secure) => {
    // Clients may disconnect at any time.
    secure.on("error", () => {});
    const peer = peerOf(secure);
    const onSecure = waiting.get(peer);
    waiting.delete(peer);
    onSecure?.(secure, secure.alpnProtocol === "h2" ? "http2" : "http1");
  });
  // One that speaks no TLS, or none that we accept.
  server.on("tlsClientError", (_error, secure) => secure.destroy());

  async function reload(): Promise<void> {
    try {
      const next = await readPair(files);
      if (next.cert.equals(current.cert) && next.key.equals(current.key)) return;
      server.setSecureContext({ ...OPTIONS, ...next });
      current = next;
      logger.info("another certificate is used for new connections");
    } catch (error) {
      // The two files change one after the other: the next look may find a pair.
      logger.error({ err: error }, "the certificate could not be renewed");
    }
  }

  const timer = setInterval(() => void reload(), RELOAD_INTERVAL_MS).unref();
  return {
    accept(socket, onSecure) {
      const peer = peerOf(socket);
      waiting.set(peer, onSecure);
      socket.once("close", () => {
        if (waiting.get(peer) === onSecure) waiting.delete(peer);
      });
      server.emit("connection", socket);
    },
    reload,
    close: () => clearInterval(timer),
  };
}
