import {
  type ConnectRouter,
  createConnectRouter,
  createMethodImplSpec,
  createServiceImplSpec,
  type Interceptor,
  type MethodImplSpec,
} from "@connectrpc/connect";
import { createMethodUrl, type UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionGzip } from "@connectrpc/connect-node";
import { assertAccessDeclared } from "./authenticate.js";
import { type Call, createCall } from "./call.js";
import { maxMessageBytes } from "./read-body.js";

/** All methods of the server, by path. */
export interface Calls {
  readonly unary: ReadonlyMap<string, Call>;
  /** Streaming methods, served by connect itself. */
  readonly streams: ReadonlyMap<string, UniversalHandler>;
}

interface CallsOptions {
  routes: (router: ConnectRouter) => void;
  /** Outermost first; for services that are not registered with `interceptors` of their own. */
  interceptors: readonly Interceptor[];
}

/**
 * Makes the methods that `routes` registers callable. A service registered with `interceptors` of its own, as
 * health and reflection are, is open to all. Of the others each method must declare its access, and none may
 * be a stream, which our interceptors don't watch to its end. Throws otherwise.
 */
export function createCalls({ routes, interceptors }: CallsOptions): Calls {
  const library = createConnectRouter({
    readMaxBytes: maxMessageBytes,
    acceptCompression: [compressionGzip],
  });
  const unary = new Map<string, Call>();

  function add(specs: readonly MethodImplSpec[], own: Interceptor[] | undefined): void {
    if (!own) assertAccessDeclared(specs.map((spec) => spec.method));
    for (const spec of specs) {
      if (spec.kind === "unary") {
        unary.set(createMethodUrl("/", spec.method), createCall(spec, own ?? [...interceptors]));
      } else if (!own) {
        throw new Error(`${spec.method} is a stream`);
      }
    }
  }

  const router: ConnectRouter = {
    handlers: library.handlers,
    service(service, implementation, options) {
      library.service(service, implementation, options);
      add(Object.values(createServiceImplSpec(service, implementation).methods), options?.interceptors);
      return router;
    },
    rpc(method, implementation, options) {
      library.rpc(method, implementation, options);
      add([createMethodImplSpec(method, implementation)], options?.interceptors);
      return router;
    },
  };
  routes(router);
  const streams = library.handlers.filter(({ requestPath }) => !unary.has(requestPath));
  return { unary, streams: new Map(streams.map((handler) => [handler.requestPath, handler])) };
}
