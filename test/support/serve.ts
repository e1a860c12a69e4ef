import { type TrustsProxy, trustProxies } from "../../src/http/client-address.js";
import type { ConnectionLimits } from "../../src/http/connection.js";
import type { NodeHandler, NodeRequest, RequestHandler, RpcHandler } from "../../src/http/node-handler.js";
import { createReadiness, type Readiness } from "../../src/http/readiness.js";
import { createRoutes } from "../../src/http/routes.js";
import { createServer, type Server } from "../../src/http/server.js";
import type { Tls } from "../../src/http/tls.js";
import { systemRandom } from "../../src/system/random.js";
import type { SharedNetwork } from "../../src/system/shared-networks.js";
import { testLogger } from "./log.js";

/** The service's own server, HTTP/1.1 and HTTP/2 on one port, in front of a test's handler. */
export interface Serving {
  port: number;
  url: string;
  server: Server;
  readiness: Readiness;
  /** Cuts open connections; throws the first rejection of a RequestHandler, which no client can see. */
  close(): Promise<void>;
}

interface ServeOptions {
  /** Replaces the server's own limits. */
  limits?: Partial<ConnectionLimits>;
  /** Defaults to ready as long as the server is not stopping. */
  readiness?: Readiness;
  /** As the server has them. */
  trustsProxy?: TrustsProxy;
  sharedNetworks?: readonly SharedNetwork[];
  tls?: Tls;
}

const running = new Set<Serving>();

/**
 * Serves `handler` on a free port. A RequestHandler is called with a caller at 192.0.2.1, request id `a-request`,
 * whose language is French unless the request says `en`.
 */
export async function serve(
  handler: NodeHandler | RequestHandler,
  {
    limits = {},
    readiness = createReadiness({ database: { ping: async () => {} } }),
    ...options
  }: ServeOptions = {},
): Promise<Serving> {
  const failures: unknown[] = [];
  const server = createServer({
    handler: typeof handler === "function" ? handler : asNodeHandler(handler, failures),
    logger: testLogger(),
    limits,
    ...options,
  });
  const { port } = await server.listen(0, "127.0.0.1");
  const serving: Serving = {
    port,
    url: `http://127.0.0.1:${port}`,
    server,
    readiness,
    async close() {
      running.delete(serving);
      await server.close(0);
      if (failures.length > 0) throw failures[0];
    },
  };
  running.add(serving);
  return serving;
}

/** A REST handler without resources. */
const notFound: RequestHandler = {
  async handle(_, response) {
    response.statusCode = 404;
    response.end();
  },
  refuse(_, response, _caller, { status }) {
    response.statusCode = status;
    response.end();
  },
};

/** Serves handlers behind the service's own routes. Readiness calls `ping` for every response. */
export async function serveRoutes(
  handlers: (readiness: Readiness) => { rpc: RpcHandler; rest?: RequestHandler },
  ping: () => Promise<void> = async () => {},
): Promise<Serving> {
  const readiness = createReadiness({ database: { ping } }, { timeoutMs: 1_000, freshMs: 0 });
  const handler = createRoutes({
    rest: notFound,
    ...handlers(readiness),
    resources: new Map(),
    endpoints: new Map(),
    readiness,
    trustsProxy: trustProxies([]),
    random: systemRandom,
    logger: testLogger(),
  });
  return serve(handler, { readiness });
}

/** For `afterEach`: closes the servers that the test has left open. */
export async function stopServing(): Promise<void> {
  await Promise.all([...running].map((serving) => serving.close()));
}

function asNodeHandler(handler: RequestHandler, failures: unknown[]): NodeHandler {
  return (request, response) => {
    handler.handle(request, response, callerOf(request)).catch((error: unknown) => failures.push(error));
  };
}

function callerOf(request: NodeRequest) {
  const asked = request.headers["accept-language"];
  const language = asked === "en" ? "en" : "fr";
  const isLanguageRequested = asked === language;
  return {
    address: "192.0.2.1",
    authorization: request.headers.authorization ?? null,
    userAgent: "test",
    requestId: "a-request",
    language,
    isLanguageRequested,
  } as const;
}
