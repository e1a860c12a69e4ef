import { type App, createApp } from "../../src/app.js";
import type { LimitName } from "../../src/config.js";
import { type FixtureScope, useFixture } from "./fixture.js";
import { testLogger } from "./log.js";
import { testKeyPrefix, testRedisUrl } from "./redis.js";
import { createTestContext, type TestContext } from "./test-context.js";

/** The whole service on a free port, with a real PostgreSQL, a real Redis and everything else that a test context has. */
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
  "forgot",
  "auth",
  "sensitive",
  "admin",
  "user",
  "anon",
];

/** Limits that no test reaches; a test of the limits leaves them out. */
export const generousLimits: Record<string, string> = Object.fromEntries(
  limits.map((name) => [`LIMIT_${name.toUpperCase()}`, "100000/minute"]),
);

/** Starts a service; its caller closes it. */
export async function createTestService(environment: Record<string, string>): Promise<TestService> {
  const context = await createTestContext({
    HOST: "127.0.0.1",
    PORT: "0",
    REDIS_URL: testRedisUrl(),
    REDIS_PREFIX: testKeyPrefix(),
    ...environment,
  });
  // The context closes the database, after it has dropped the schema.
  const database = { ...context.infrastructure.database, close: async () => {} };
  const app = createApp(context.config, { ...context.infrastructure, database }, testLogger());
  const { port } = await app.listen();
  return {
    context: { ...context, app: app.context },
    server: app,
    origin: `http://127.0.0.1:${port}`,
    async close() {
      await app.close();
      await context.close();
    },
  };
}

/**
 * A service for the tests of the describe (or file) that calls this. `environment` may be a function of what
 * earlier hooks have made.
 */
export function useTestService(
  environment: Record<string, string> | (() => Record<string, string>) = generousLimits,
  scope?: FixtureScope,
): TestService {
  return useFixture(
    () => createTestService(typeof environment === "function" ? environment() : environment),
    (service) => service.close(),
    scope,
  );
}
