import type { Interceptor } from "@connectrpc/connect";
import { expect } from "chai";
import { responseHeadersKey } from "../../src/caller.js";
import type { RequestHandler } from "../../src/http/node-handler.js";
import { createMethodRegistry, type MethodRegistry } from "../../src/rpc/method-registry.js";
import { type FakeServices, fakeServices, testInterceptors } from "./fake-services.js";
import { serve, type TestServer } from "./serve.js";

/** A server with all our interceptors before services that do what the test says. */
export interface FakeServer {
  server: TestServer;
  services: FakeServices;
  /** The log, a line an entry. */
  lines: string[];
  /** Forgets what was received, logged and wanted. */
  reset(): void;
  /** Stops; fails when anything went wrong that no client could see. */
  close(): Promise<void>;
}

/** Counts nothing, and says in the headers that it does, as limits/ do. */
const limitHeaders: Interceptor = (next) => async (request) => {
  request.contextValues.set(responseHeadersKey, new Headers({ "x-ratelimit-limit": "15" }));
  const response = await next(request);
  response.header.set("x-ratelimit-limit", "15");
  return response;
};

export async function startFakeServer(
  handlerOf: (calls: MethodRegistry) => RequestHandler,
): Promise<FakeServer> {
  const lines: string[] = [];
  const services = fakeServices();
  const interceptors = testInterceptors(lines, limitHeaders);
  const server = await serve(handlerOf(createMethodRegistry({ routes: services.routes, interceptors })));
  return {
    server,
    services,
    lines,
    reset() {
      services.before = () => {};
      services.received.length = 0;
      lines.length = 0;
    },
    async close() {
      await server.close();
      expect(server.failures).deep.equal([]);
    },
  };
}
