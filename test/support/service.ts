import { type App, createApp } from "../../src/app.js";
import type { LimitName } from "../../src/config.js";
import { testLogger } from "./log.js";
import { testKeyPrefix, testRedisUrl } from "./redis.js";
import { type TestWorld, testWorld } from "./test-context.js";

/** The whole service on a free port, with a real PostgreSQL, a real Redis and everything else a test world has. */
export interface TestService {
  world: TestWorld;
  app: App;
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

export async function startService(
  environment: Record<string, string> = generousLimits,
): Promise<TestService> {
  const world = await testWorld({
    HOST: "127.0.0.1",
    PORT: "0",
    REDIS_URL: testRedisUrl(),
    REDIS_PREFIX: testKeyPrefix(),
    ...environment,
  });
  // The world closes the database, after its schema is gone.
  const database = { ...world.outside.database, close: async () => {} };
  const app = createApp(world.config, { ...world.outside, database }, testLogger());
  const { port } = await app.listen();
  return {
    world: { ...world, parts: app.parts },
    app,
    origin: `http://127.0.0.1:${port}`,
    async close() {
      await app.close();
      await world.close();
    },
  };
}
