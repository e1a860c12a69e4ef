import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

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

/** Far more than a scrape takes (ms). */
const TIMEOUT_MS = 5000;

/**
 * Serves the metrics at `/metrics`, in clear text and to everybody who reaches the port: they say nothing about persons.
 * Rejects if the port can't be opened.
 */
export async function serveMetrics(deps: MetricsServerDeps): Promise<MetricsServer> {
  const server = createServer(
    { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
    (request, response) => {
      const [path] = (request.url ?? "").split("?", 1);
      if (path !== "/metrics") return send(response, 404, "The metrics are at /metrics.\n");
      if (!["GET", "HEAD"].includes(request.method ?? "")) {
        return send(response.setHeader("allow", "GET, HEAD"), 405, "The HTTP method must be GET.\n");
      }
      deps.read().then(
        (text) => send(response, 200, text, deps.contentType),
        (error: unknown) => {
          deps.onFailure(error);
          send(response, 500, "The metrics could not be read.\n");
        },
      );
    },
  );
  server.listen(deps.port, deps.host);
  await once(server, "listening");
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
