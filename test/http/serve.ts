import { type ClientHttp2Session, connect } from "node:http2";
import type { ConnectionLimits } from "../../src/http/connection.js";
import type { NodeHandler } from "../../src/http/node-handler.js";
import { createReadiness, type Readiness } from "../../src/http/readiness.js";
import { createServer, type Server } from "../../src/http/server.js";
import { testLogger } from "../support/log.js";

/** Time-outs that are soon over, for tests of what happens then. */
export const shortLimits: Partial<ConnectionLimits> = {
  headerMs: 200,
  requestMs: 300,
  idleMs: 400,
  lingerMs: 100,
};

export interface Serving {
  port: number;
  url: string;
  server: Server;
  readiness: Readiness;
}

const running = new Set<Server>();

/** Serves `handler` on a free port. */
export async function serve(
  handler: NodeHandler,
  limits: Partial<ConnectionLimits> = {},
  readiness = createReadiness({ database: { ping: async () => {} } }),
): Promise<Serving> {
  const server = createServer({ handler, readiness, logger: testLogger(), limits });
  running.add(server);
  const { port } = await server.listen(0, "127.0.0.1");
  return { port, url: `http://127.0.0.1:${port}`, server, readiness };
}

/** For `afterEach`: ends what the test has started. */
export async function stopServing(): Promise<void> {
  await Promise.all([...running].map((server) => server.close(0)));
  running.clear();
}

/** Answers at once with the protocol and the path. */
export const echo: NodeHandler = (request, response) => {
  response.end(`${request.httpVersion} ${request.url}`);
};

export interface Http2Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** One request without a body in `session`; rejects when the stream is reset. */
export function getHttp2(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string> = {},
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path, ...headers });
    let answer: Record<string, unknown> = {};
    let body = "";
    stream.setEncoding("utf8");
    stream.on("response", (received) => {
      answer = received;
    });
    stream.on("data", (chunk: string) => {
      body += chunk;
    });
    stream.on("error", reject);
    stream.on("close", () => {
      if (stream.rstCode !== 0) reject(new Error(`reset with ${stream.rstCode}`));
      resolve({ status: Number(answer[":status"]), headers: answer, body });
    });
  });
}

/** A session with the server; a refusal of the connection shows in its calls. */
export function connectHttp2(url: string): ClientHttp2Session {
  const session = connect(url);
  session.on("error", () => {});
  return session;
}
