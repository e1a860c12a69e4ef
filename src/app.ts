import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { DescMethod } from "@bufbuild/protobuf";
import { Health } from "#gen/grpc/health/v1/health_pb.js";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { DirectoryService } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { createAccountService } from "./accounts/account-service.js";
import { createAuthService } from "./auth/auth-service.js";
import { createBrowserSessions } from "./browser-sessions/browser-sessions.js";
import type { Config } from "./config.js";
import { type AppContext, createContext } from "./context.js";
import { createDirectoryService } from "./directory/directory-service.js";
import { createGauges } from "./gauges.js";
import { trustProxies } from "./http/client-address.js";
import { createReadiness } from "./http/readiness.js";
import { createRoutes } from "./http/routes.js";
import { createServer } from "./http/server.js";
import type { Tls } from "./http/tls.js";
import type { Infrastructure } from "./infrastructure.js";
import { createJobs } from "./jobs/jobs.js";
import { startJobs } from "./jobs/run-jobs.js";
import { scopeOf, scopesOf } from "./method-access.js";
import { createDiscovery } from "./oauth/discovery.js";
import { createOAuthEndpoints } from "./oauth/endpoints.js";
import { createPages } from "./pages/pages.js";
import { keepRefusalTime } from "./passwords/refusal-time.js";
import { createProfileService } from "./profile/profile-service.js";
import { createLimiter } from "./rate-limits/limiter.js";
import { assertLimitedByAddress } from "./rate-limits/policies.js";
import { createRestHandler } from "./rest/rest-handler.js";
import { healthRoutes } from "./rpc/health.js";
import { reportErrors } from "./rpc/interceptors/report-errors.js";
import { loadRules } from "./rpc/interceptors/validate.js";
import { createMethodRegistry } from "./rpc/method-registry.js";
import { reflectionRoutes } from "./rpc/reflection.js";
import { createRpcHandler } from "./rpc/rpc-handler.js";
import { createCallLimits, createServiceInterceptors } from "./service-interceptors.js";
import type { Logger } from "./system/logger.js";
import { createWhitelistService } from "./whitelist/whitelist-service.js";

/** The running service. */
export interface App {
  readonly context: AppContext;
  /** Starts serving on the configured host and port; port 0 picks a free one. */
  listen(): Promise<AddressInfo>;
  /** Loads what the first calls need, so that they don't wait for it. Rejects if a rule of a message doesn't compile. */
  warmUp(): Promise<void>;
  /** Stops serving at once: calls in flight finish, pending background jobs run, connections are closed. */
  close(): Promise<void>;
  /**
   * Like `close`, without losing requests that are on their way: others serve on the same port, so that this process reports
   * nothing.
   */
  retire(): Promise<void>;
  /** Reports unready, serves on for SHUTDOWN_DELAY, and ends as `retire` does. */
  stop(): Promise<void>;
}

/** The services of the API. */
export const API_SERVICES = [AuthService, ProfileService, AccountService, DirectoryService, WhitelistService];

/**
 * Time that calls in flight have when the port closes; with the other steps, stopping takes less than 10 s after
 * SHUTDOWN_DELAY.
 */
const GRACE_MS = 8000;
/** The part of it for requests that clients send before they know that their connection ends. */
const DRAIN_MS = 1000;

/**
 * Assembles the service. Closing the app also closes the database of `infrastructure`. `overrides` replace members of
 * the context. With `tls` the port is encrypted.
 */
export function createApp(
  config: Config,
  infrastructure: Infrastructure,
  logger: Logger,
  overrides: Partial<AppContext> = {},
  tls?: Tls,
): App {
  const { database, clock, random, background, keyFollower, metrics, tracing } = infrastructure;
  const services = API_SERVICES;
  assertLimitedByAddress(services.flatMap((service): readonly DescMethod[] => service.methods));

  const limiter = createLimiter({
    ...{ clock, random, logger, tracing },
    redisUrl: config.redisUrl,
    redisPrefix: config.redisPrefix,
    onRefused: metrics.limitsReached,
  });
  const areLimitsInMemory = () => config.redisUrl === undefined || limiter.isInMemory();
  const tools = { ...infrastructure, clearRateLimits: limiter.clear, areLimitsInMemory };
  const context = createContext(config, tools, overrides);
  const rules = loadRules(services);
  metrics.watch(createGauges({ ...context, limiter }));
  const serviceDeps = { context, limiter, logger, metrics, services, rules, tracing };
  const interceptors = createServiceInterceptors(config, serviceDeps);
  const readiness = createReadiness({ database });
  const methods = createMethodRegistry({
    interceptors,
    routes(router) {
      router.service(AuthService, createAuthService(context));
      router.service(ProfileService, createProfileService(context));
      router.service(AccountService, createAccountService(context));
      router.service(DirectoryService, createDirectoryService(context));
      router.service(WhitelistService, createWhitelistService(context));
      healthRoutes({ readiness, services })(router);
      reflectionRoutes(
        [...services, Health],
        [reportErrors, createCallLimits(config, { context, limiter })],
      )(router);
    },
  });

  const discovery = createDiscovery({
    ...config.tokens,
    publicUrl: config.publicUrl,
    publishedKeys: context.keyRing.published,
    scopes: scopesOf(DirectoryService.methods),
  });
  const oauth = createOAuthEndpoints({
    ...context,
    limiter,
    limitRules: config,
    logger,
    metrics,
    introspectionScope: scopeOf(DirectoryService.method.introspectToken),
  });
  const rpc = createRpcHandler(methods);
  const trustsProxy = trustProxies(config.trustedProxies);
  const server = createServer({
    handler: createRoutes({
      rpc,
      rest: createRestHandler(methods, tracing),
      resources: new Map([...createPages(config), ...discovery]),
      endpoints: new Map([...oauth, ...createBrowserSessions({ ...config, methods, rpc, logger })]),
      webOrigins: config.corsAllowedOrigins,
      ...{ readiness, trustsProxy, random, logger, tracing },
    }),
    ...{ logger, tls, trustsProxy },
    sharedNetworks: config.sharedNetworks,
    limits: { maxConnectionsPerAddress: config.maxConnectionsPerAddress },
  });
  const erasureFailed = (error: unknown, accountId: number) =>
    logger.error({ err: error, accountId }, "an account could not be erased");
  const stopJobs = startJobs({ ...context, clock }, createJobs({ ...context, erasureFailed }), (error, job) =>
    logger.error({ err: error, job }, "a job failed"),
  );
  const stopRefusalTime = keepRefusalTime(context.refusalTime, (error) =>
    logger.error({ err: error }, "could not find out whether accounts have hashes from Django"),
  );

  /** Ends everything but the port, which `stopServing` ends. */
  async function end(stopServing: () => Promise<void>): Promise<void> {
    stopRefusalTime();
    const jobsStop = stopJobs();
    await stopServing();
    await jobsStop;
    await background.drain();
    await context.sessionTouches.settle();
    await keyFollower.stop();
    limiter.close();
    await database.close();
    await tracing?.stop();
  }

  async function drainAndClose(): Promise<void> {
    await server.drain(DRAIN_MS);
    await server.close(GRACE_MS - DRAIN_MS);
  }

  return {
    context,
    async listen() {
      await keyFollower.follow();
      const address = await server.listen(config.port, config.host);
      keyFollower.start();
      return address;
    },
    async warmUp() {
      await rules();
    },
    async close() {
      readiness.stop();
      await end(() => server.close(GRACE_MS));
    },
    async retire() {
      readiness.retire();
      await end(drainAndClose);
    },
    async stop() {
      readiness.stop();
      await delay(config.shutdownDelaySeconds * 1000);
      await end(drainAndClose);
    },
  };
}
