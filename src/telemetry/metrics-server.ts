import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorCode } from "../system/describe-error.js";
import { LoggableError } from "../system/loggable-error.js";

/** The port on which Prometheus reads the metrics. */
export interface MetricsServer {
  readonly address: AddressInfo;
  close(): Promise<void>;
}

export interface MetricsServerDeps {
  host: string;
  /** 0 picks a free one. */
  port: number;
  contentType: string;
  /** Returns the metrics as text. */
  read(): Promise<string>;
  onFailure(error: unknown): void;
}

/** Time (ms) in which a request must have arrived. */
const TIMEOUT_MS = 5000;
/** More than Prometheus, its twin and some people need; further ones are closed. */
const MAX_CONNECTIONS = 32;

/** The port of the metrics can't be opened. */
export class MetricsPortError extends LoggableError {
  constructor(code: unknown) {
    super(`Cannot open the port of the metrics (${code}): choose another METRICS_PORT or METRICS_HOST.`);
  }
}

/**
 * Serves the metrics at `/metrics`, in clear text and to everybody who reaches the port: they say nothing about persons.
 * Requests that come while they are read share the result. Throws MetricsPortError if the port can't be opened.
 */
export async function serveMetrics(deps: MetricsServerDeps): Promise<MetricsServer> {
  let reading: Promise<string> | null = null;
  const read = () => {
    reading ??= deps.read().finally(() => {
      reading = null;
    });
    return reading;
  };
  const server = createServer(
    { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
    (request, response) => {
      const [path] = (request.url ?? "").split("?", 1);
      if (path !== "/metrics") return send(response, 404, "The metrics are at /metrics.\n");
      if (!["GET", "HEAD"].includes(request.method ?? "")) {
        return send(response.setHeader("allow", "GET, HEAD"), 405, "The HTTP method must be GET.\n");
      }
      read().then(
        (text) => send(response, 200, text, deps.contentType),
        (error: unknown) => {
          deps.onFailure(error);
          send(response, 500, "The metrics could not be read.\n");
        },
      );
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(deps.port, deps.host);
  await once(server, "listening").catch((error: unknown) => {
    throw new MetricsPortError(errorCode(Object(error)));
  });
  return {
    address: server.address() as AddressInfo,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) }).end(text);
}
