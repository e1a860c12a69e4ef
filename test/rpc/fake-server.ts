import type { Interceptor } from "@connectrpc/connect";
import { responseHeadersKey } from "../../src/caller.js";
import type { RequestHandler } from "../../src/http/node-handler.js";
import { createRestHandler } from "../../src/rest/rest-handler.js";
import { createMethodRegistry, type MethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { type FixtureScope, useFixture } from "../support/fixture.js";
import { type Serving, serve, serveRoutes } from "../support/serve.js";
import { type FakeServices, fakeServices, testInterceptors } from "./fake-services.js";

/** A server with all our interceptors in front of services that do what the test says. */
export interface FakeServer extends Serving {
  services: FakeServices;
  /** The lines of the log. */
  lines: string[];
}

/** Counts nothing, but sets the headers that rate-limits/ sets. */
const limitHeaders: Interceptor = (next) => async (request) => {
  request.contextValues.set(responseHeadersKey, { "x-ratelimit-limit": "15" });
  const response = await next(request);
  response.header.set("x-ratelimit-limit", "15");
  return response;
};

async function startFakeServer(serveMethods: (methods: MethodRegistry) => Promise<Serving>) {
  const lines: string[] = [];
  const services = fakeServices();
  const interceptors = testInterceptors(lines, limitHeaders);
  return {
    ...(await serveMethods(createMethodRegistry({ routes: services.routes, interceptors }))),
    services,
    lines,
  };
}

function useFake(
  serveMethods: (methods: MethodRegistry) => Promise<Serving>,
  scope?: FixtureScope,
): FakeServer {
  const fake = useFixture(
    () => startFakeServer(serveMethods),
    (server) => server.close(),
    scope,
  );
  beforeEach(() => {
    fake.services.before = () => {};
    fake.services.received.length = 0;
    fake.lines.length = 0;
  });
  return fake;
}

/** A fake server of one handler for the describe that calls this, reset before each test. */
export function useFakeServer(
  createHandler: (methods: MethodRegistry) => RequestHandler,
  scope?: FixtureScope,
): FakeServer {
  return useFake((methods) => serve(createHandler(methods)), scope);
}

/** The same with every protocol, behind the service's own routes. */
export function useRoutedServer(): FakeServer {
  return useFake((methods) =>
    serveRoutes(() => ({ rpc: createRpcHandler(methods), rest: createRestHandler(methods) })),
  );
}
