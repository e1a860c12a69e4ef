import { once } from "node:events";
import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { NodeRequest, NodeResponse, RequestHandler } from "../../src/http/node-handler.js";

/** One handler on two ports of its own, which speak HTTP/1.1 and HTTP/2. */
export interface TestServer {
  http1: string;
  http2: string;
  /** What `handle` rejected with: nothing, unless something is wrong with it. */
  readonly failures: unknown[];
  close(): Promise<void>;
}

/** Serves every request of both protocols with `handler`, in French unless the request says `en`. */
export async function serve(handler: RequestHandler): Promise<TestServer> {
  const failures: unknown[] = [];
  const listener = (request: NodeRequest, response: NodeResponse) => {
    const asked = request.headers["accept-language"];
    const language = asked === "en" ? "en" : "fr";
    const isLanguageRequested = asked === language;
    handler
      .handle(request, response, {
        address: "192.0.2.1",
        requestId: "a-request",
        language,
        isLanguageRequested: isLanguageRequested,
      })
      .catch((error: unknown) => failures.push(error));
  };
  const http1 = createHttp1Server(listener);
  const http2 = createHttp2Server(listener);
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session) => sessions.add(session));
  for (const server of [http1, http2]) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const url = (server: { address(): unknown }) =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    http1: url(http1),
    http2: url(http2),
    failures,
    async close() {
      http1.closeAllConnections();
      for (const session of sessions) session.destroy();
      for (const server of [http1, http2]) await new Promise((resolve) => server.close(resolve));
    },
  };
}
