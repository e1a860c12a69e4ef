import type { DescMethodStreaming } from "@bufbuild/protobuf";
import { createConnectRouter } from "@connectrpc/connect";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { readConfig } from "../src/config.js";
import { createContext } from "../src/context.js";
import { trustProxies } from "../src/http/client-address.js";
import { MAX_MESSAGE_BYTES } from "../src/http/read-body.js";
import { createReadiness } from "../src/http/readiness.js";
import { createRoutes } from "../src/http/routes.js";
import { createServer } from "../src/http/server.js";
import { createInfrastructure, openServerDatabase } from "../src/infrastructure.js";
import { createProfileService } from "../src/profile/profile-service.js";
import { createLimiter } from "../src/rate-limits/limiter.js";
import { createRestHandler } from "../src/rest/rest-handler.js";
import { createRpcHandler } from "../src/rpc/rpc-handler.js";
import type { StreamingMethodHandler } from "../src/rpc/streaming-method.js";
import { createServiceInterceptors } from "../src/service-interceptors.js";
import { createLogger } from "../src/system/logger.js";

// ProfileService on the service's own port and routes, behind its interceptors, but with the Connect library's handlers
// for unary calls: what src/rpc/unary-method.ts and the protocols beside it replace.

const config = readConfig(process.env);
const logger = createLogger(config.log.level, process.stdout);
const database = await openServerDatabase(config, logger, (error) => {
  throw error;
});
const infrastructure = await createInfrastructure(config, database, { logger, print: console.log });
await infrastructure.keyFollower.follow();
const { redisUrl, redisPrefix } = config;
const limiter = createLimiter({ ...infrastructure, logger, redisUrl, redisPrefix });
const context = createContext(config, {
  ...infrastructure,
  clearRateLimits: limiter.clear,
  areLimitsInMemory: limiter.isInMemory,
});
const services = [ProfileService];
const interceptors = createServiceInterceptors(config, {
  ...infrastructure,
  context,
  limiter,
  logger,
  services,
});
const router = createConnectRouter({ interceptors, readMaxBytes: MAX_MESSAGE_BYTES });
router.service(ProfileService, createProfileService(context));

/** The library's handlers, in the place of those of streams, which the service leaves to the library anyway. */
const streams = new Map<string, StreamingMethodHandler>(
  router.handlers.map((handler) => {
    const method = handler.method as DescMethodStreaming;
    const open = () => {
      throw new Error("only REST opens a stream");
    };
    return [handler.requestPath, { method, path: handler.requestPath, handler, open }];
  }),
);

const readiness = createReadiness({ database });
const server = createServer({
  handler: createRoutes({
    rpc: createRpcHandler({ unary: new Map(), streams }),
    rest: createRestHandler({ unary: new Map(), streams: new Map() }),
    resources: new Map(),
    endpoints: new Map(),
    readiness,
    trustsProxy: trustProxies(config.trustedProxies),
    random: infrastructure.random,
    logger,
  }),
  logger,
});
process.on("SIGTERM", async () => {
  await server.close(0);
  limiter.close();
  await database.close();
});
await server.listen(config.port, config.host);
