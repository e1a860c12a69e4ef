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
import { methodPath } from "./handler-context.js";
import { assertAccessDeclared } from "./interceptors/authorize.js";
import { jsonOptionsOf } from "./json-options.js";
import {
  createStreamingMethodHandler,
  MAX_STREAM_MESSAGE_BYTES,
  type StreamingMethodHandler,
} from "./streaming-method.js";
import { createMethodHandler, type MethodHandler } from "./unary-method.js";

/** All methods of the server, by path. */
export interface MethodRegistry {
  readonly unary: ReadonlyMap<string, MethodHandler>;
  /** Streaming methods. Connect's own handlers serve them on every protocol but REST. */
  readonly streams: ReadonlyMap<string, StreamingMethodHandler>;
}

interface MethodRegistryOptions {
  routes: (router: ConnectRouter) => void;
  /** Outermost first. Services that are registered with their own `interceptors` don't use them. */
  interceptors: readonly Interceptor[];
}

/**
 * Creates handlers for the methods that `routes` registers. A service registered with its own `interceptors`, as health
 * and reflection are, is public. Throws if a method of any other service declares no access.
 */
export function createMethodRegistry({ routes, interceptors }: MethodRegistryOptions): MethodRegistry {
  const library = createConnectRouter({
    readMaxBytes: MAX_MESSAGE_BYTES,
    acceptCompression: [compressionGzip],
  });
  const unary = new Map<string, MethodHandler>();
  const streams = new Map<string, StreamingMethodHandler>();
  const defaults = { interceptors: [...interceptors], readMaxBytes: MAX_STREAM_MESSAGE_BYTES };

  function add(specs: readonly MethodImplSpec[], ownInterceptors: Interceptor[] | undefined): void {
    const methodInterceptors = ownInterceptors ?? defaults.interceptors;
    if (!ownInterceptors) assertAccessDeclared(specs.map((spec) => spec.method));
    for (const spec of specs) {
      const path = methodPath(spec.method);
      if (spec.kind === "unary") {
        unary.set(path, createMethodHandler(spec, methodInterceptors));
        continue;
      }
      const handler = library.handlers.find(({ requestPath }) => requestPath === path);
      streams.set(path, createStreamingMethodHandler(spec, handler!, methodInterceptors));
    }
  }

  const router: ConnectRouter = {
    handlers: library.handlers,
    service(service, implementation, options) {
      const jsonOptions = jsonOptionsOf(service.file);
      library.service(service, implementation, { ...(options ?? defaults), jsonOptions });
      add(Object.values(createServiceImplSpec(service, implementation).methods), options?.interceptors);
      return router;
    },
    rpc(method, implementation, options) {
      const jsonOptions = jsonOptionsOf(method.parent.file);
      library.rpc(method, implementation, { ...(options ?? defaults), jsonOptions });
      add([createMethodImplSpec(method, implementation)], options?.interceptors);
      return router;
    },
  };
  routes(router);
  return { unary, streams };
}
