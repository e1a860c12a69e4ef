import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { Health } from "#gen/grpc/health/v1/health_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import type { Readiness } from "../../src/http/readiness.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { serveRoutes } from "../support/serve.js";

/** The services that health and reflection report. Only those two are implemented. */
export const services: readonly DescService[] = [AuthService, Health];

/** Serves the services that `routes` registers, in front of a database that can be switched off. */
export async function serveServices(
  routes: (readiness: Readiness) => (router: ConnectRouter) => ConnectRouter,
) {
  const database = { isUp: true };
  const serving = await serveRoutes(
    (readiness) => {
      const registry = createMethodRegistry({
        routes: routes(readiness),
        interceptors: [
          () => () => {
            throw new Error("no interceptor runs before these services");
          },
        ],
      });
      return { rpc: createRpcHandler(registry) };
    },
    async () => {
      if (!database.isUp) throw new Error("down");
    },
  );
  return { ...serving, database };
}
