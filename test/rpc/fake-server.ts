import type { Interceptor } from "@connectrpc/connect";
import { responseHeadersKey } from "../../src/caller.js";
import type { RequestHandler } from "../../src/http/node-handler.js";
import { createMethodRegistry, type MethodRegistry } from "../../src/rpc/method-registry.js";
import { type FixtureScope, useFixture } from "../support/fixture.js";
import { type Serving, serve } from "../support/serve.js";
import { type FakeServices, fakeServices, testInterceptors } from "./fake-services.js";

/** A server with all our interceptors in front of services that do what the test says. */
export interface FakeServer extends Serving {
  services: FakeServices;
  /** The lines of the log. */
  lines: string[];
}

/** Counts nothing, but sets the headers that rate-limits/ sets. */
const limitHeaders: Interceptor = (next) => async (request) => {
  request.contextValues.set(responseHeadersKey, new Headers({ "x-ratelimit-limit": "15" }));
  const response = await next(request);
  response.header.set("x-ratelimit-limit", "15");
  return response;
};

async function startFakeServer(createHandler: (methods: MethodRegistry) => RequestHandler) {
  const lines: string[] = [];
  const services = fakeServices();
  const interceptors = testInterceptors(lines, limitHeaders);
  const handler = createHandler(createMethodRegistry({ routes: services.routes, interceptors }));
  return { ...(await serve(handler)), services, lines };
}

/** A fake server for the describe that calls this, reset before each test. */
export function useFakeServer(
  createHandler: (methods: MethodRegistry) => RequestHandler,
  scope?: FixtureScope,
): FakeServer {
  const fake = useFixture(
    () => startFakeServer(createHandler),
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
