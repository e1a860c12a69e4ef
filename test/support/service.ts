import { type App, createApp } from "../../src/app.js";
import type { LimitName } from "../../src/config.js";
import type { Logger } from "../../src/system/logger.js";
import { watchReasons } from "./documented-reasons.js";
import { type FixtureScope, useFixture } from "./fixture.js";
import { testLogger } from "./log.js";
import { testKeyPrefix, testRedisUrl } from "./redis.js";
import { createTestContext, type TestContext, type TestContextOptions } from "./test-context.js";

/**
 * The whole service on a free port, with a real PostgreSQL, a real Redis unless `REDIS_URL` is empty, and everything
 * else that a test context has. Closing it fails if a method failed with a reason that its .proto file doesn't name.
 */
export interface TestService {
  context: TestContext;
  server: App;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  close(): Promise<void>;
}

const limits: readonly LimitName[] = [
  "login",
  "register",
  "activate",
  "phone_based",
  "resend_code",
  "resend_code_ip",
  "forgot",
  "auth",
  "unauthenticated",
  "sensitive",
  "admin",
  "service",
  "oauth",
  "user",
  "anon",
];

/** Limits that no test reaches; tests of the limits don't use them. */
export const generousLimits: Record<string, string> = Object.fromEntries(
  limits.map((name) => [`LIMIT_${name.toUpperCase()}`, "100000/minute"]),
);

interface TestServiceOptions extends Omit<TestContextOptions, "environment"> {
  /** Variables in addition to those that every service gets; may be a function that reads earlier fixtures. */
  environment?: Record<string, string> | (() => Record<string, string>);
  scope?: FixtureScope;
  /** Gets each line of the service's log. */
  onLogLine?: (line: string) => void;
}

/** `usesRedis` resolves when the log says that limits are kept in Redis. */
function watchedLogger(onLogLine: (line: string) => void): { logger: Logger; usesRedis: Promise<void> } {
  let resolve = () => {};
  const usesRedis = new Promise<void>((done) => {
    resolve = done;
  });
  const logger = testLogger((line) => {
    if (line.includes("limits are kept in Redis")) resolve();
    onLogLine(line);
  });
  return { logger, usesRedis };
}

async function createTestService({
  environment = generousLimits,
  onLogLine = () => {},
  ...options
}: TestServiceOptions): Promise<TestService> {
  const context = await createTestContext({
    ...options,
    environment: {
      HOST: "127.0.0.1",
      PORT: "0",
      REDIS_URL: testRedisUrl(),
      REDIS_PREFIX: testKeyPrefix(),
      ...(typeof environment === "function" ? environment() : environment),
    },
  });
  // The context closes the database.
  const database = { ...context.infrastructure.database, close: async () => {} };
  const reasons = watchReasons();
  const { logger, usesRedis } = watchedLogger((line) => {
    reasons.onLogLine(line);
    onLogLine(line);
  });
  const app = createApp(context.config, { ...context.infrastructure, database }, logger, context.overrides);
  const { port } = await app.listen();
  // On a busy machine connecting may take so long that the first calls are counted in memory.
  if (context.config.redisUrl) await usesRedis;
  return {
    context: {
      ...context,
      app: app.context,
      async settle() {
        await context.settle();
        await app.context.sessionTouches.settle();
      },
    },
    server: app,
    origin: `http://127.0.0.1:${port}`,
    async close() {
      await app.close();
      await context.close();
      reasons.check();
    },
  };
}

/** A service for the tests of the describe (or file) that calls this; with generous limits unless told otherwise. */
export function useTestService(options: TestServiceOptions = {}): TestService {
  return useFixture(
    () => createTestService(options),
    (service) => service.close(),
    options.scope,
  );
}
