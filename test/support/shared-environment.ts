import { testKeyPrefix, testRedisUrl } from "./redis.js";
import { testKeys } from "./test-context.js";

/** What processes have in common that serve together: a database, the Redis of the tests, and the keys of the test context. */
export function sharedEnvironment(database: { url: string }): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    REDIS_URL: testRedisUrl(),
    REDIS_PREFIX: testKeyPrefix(),
    TOKEN_SECRET: testKeys.token,
    CODE_SECRET: testKeys.code,
    KEY_ENCRYPTION_SECRET: testKeys.encryption,
  };
}
