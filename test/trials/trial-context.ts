import { startServers } from "../support/servers.js";
import { createTemplateDatabase } from "../support/template-database.js";
import { createTestContext, type TestContext } from "../support/test-context.js";
import type { Trial } from "./trial.js";

/** Makes the numbers in the service's database. It has other keys, which only right codes would need. */
export async function startContext(trial: Trial): Promise<{ context: TestContext; redisUrl: string }> {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const template = await createTemplateDatabase(databaseUrl);
  Object.assign(process.env, {
    TEST_DATABASE_URL: databaseUrl,
    TEST_DATABASE_TEMPLATE: template.name,
    TEST_LOG_DIR: trial.folder,
  });
  const context = await createTestContext();
  trial.atEnd(() => context.close());
  context.clock.set(new Date().toISOString());
  return { context, redisUrl };
}
