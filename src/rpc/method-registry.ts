import {
  type ConnectRouter,
  createConnectRouter,
  createMethodImplSpec,
  createServiceImplSpec,
  type Interceptor,
  type MethodImplSpec,
} from "@connectrpc/connect";
import { compressionGzip } from "@connectrpc/connect-node";
import { MAX_MESSAGE_BYTES } from "../http/read-body.js";
import { createMethodUrl } from "./connect-internals.js";
import { assertAccessDeclared } from "./interceptors/authenticate.js";
import {
  createStreamingMethodHandler,
  MAX_STREAM_MESSAGE_BYTES,
  type StreamingMethodHandler,
} from "./streaming-method.js";
import { createMethodHandler, type MethodHandler } from "./unary-method.js";

/** All methods of the server, by path. */
export interface MethodRegistry {
  readonly unary: ReadonlyMap<string, MethodHandler>;
  /** Streaming methods, which connect serves itself, but for REST. */
  readonly streams: ReadonlyMap<string, StreamingMethodHandler>;
}

interface MethodRegistryOptions {
  routes: (router: ConnectRouter) => void;
  /** Outermost first; for services that are not registered with `interceptors` of their own. */
  interceptors: readonly Interceptor[];
}

/**
 * Makes the methods that `routes` registers callable. A service registered with `interceptors` of its own, as
 * health and reflection are, is open to all. Of the others each method must declare its access. Throws otherwise.
 */
export function createMethodRegistry({ routes, interceptors }: MethodRegistryOptions): MethodRegistry {
  const library = createConnectRouter({
    readMaxBytes: MAX_MESSAGE_BYTES,
    acceptCompression: [compressionGzip],
  });
  const unary = new Map<string, MethodHandler>();
  const streams = new Map<string, StreamingMethodHandler>();
  const ours = { interceptors: [...interceptors], readMaxBytes: MAX_STREAM_MESSAGE_BYTES };

  function add(specs: readonly MethodImplSpec[], own: Interceptor[] | undefined): void {
    if (!own) assertAccessDeclared(specs.map((spec) => spec.method));
    for (const spec of specs) {
      const path = createMethodUrl("/", spec.method);
      if (spec.kind === "unary") {
        unary.set(path, createMethodHandler(spec, own ?? ours.interceptors));
        continue;
      }
      const handler = library.handlers.find(({ requestPath }) => requestPath === path);
      streams.set(path, createStreamingMethodHandler(spec, handler!, own ?? ours.interceptors));
    }
  }

  const router: ConnectRouter = {
    handlers: library.handlers,
    service(service, implementation, options) {
      library.service(service, implementation, options ?? ours);
      add(Object.values(createServiceImplSpec(service, implementation).methods), options?.interceptors);
      return router;
    },
    rpc(method, implementation, options) {
      library.rpc(method, implementation, options ?? ours);
      add([createMethodImplSpec(method, implementation)], options?.interceptors);
      return router;
    },
  };
  routes(router);
  return { unary, streams };
}
