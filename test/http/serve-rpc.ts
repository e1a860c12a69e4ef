import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { Health } from "#gen/grpc/health/v1/health_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { parseTrustedProxies } from "../../src/http/client-address.js";
import { createReadiness } from "../../src/http/readiness.js";
import { createRoutes } from "../../src/http/routes.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { systemRandom } from "../../src/system/random.js";
import { testLogger } from "../support/log.js";
import { serve } from "./serve.js";

/** What the test server says to be there. Nothing but health and reflection answers. */
export const services: readonly DescService[] = [AuthService, Health];

/** A database whose answer can be changed. */
export interface SwitchableDatabase {
  isUp: boolean;
}

/** Serves `routes` through the real protocols. Its readiness follows the database without delay. */
export async function serveRpc(
  routes: (readiness: ReturnType<typeof createReadiness>) => (router: ConnectRouter) => ConnectRouter,
) {
  const database = {
    isUp: true,
    ping: async () => (database.isUp ? undefined : Promise.reject(new Error("down"))),
  };
  const readiness = createReadiness({ database }, { timeoutMs: 1_000, freshMs: 0 });
  const calls = createMethodRegistry({
    routes: routes(readiness),
    interceptors: [
      () => () => {
        throw new Error("no interceptor of ours stands before these services");
      },
    ],
  });
  const handler = createRoutes({
    rpc: createRpcHandler(calls),
    rest: {
      async handle(_, response) {
        response.statusCode = 404;
        response.end();
      },
    },
    readiness,
    trustsProxy: parseTrustedProxies([]),
    random: systemRandom,
    logger: testLogger(),
  });
  return { ...(await serve(handler, {}, readiness)), database };
}
