import { ATTACKED_SMS_BUDGET, attackForADay, expectHeld } from "../flows/day-of-attack.js";
import { trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { createTemplateDatabase } from "../support/template-database.js";
import { createTestContext } from "../support/test-context.js";
import { runTrial } from "./trial.js";

// 1,000 addresses attack an account and 10,000 numbers for a day of the test clock: `npm run trials -- day-of-attack`,
// half a minute. The test in test/flows does the same to fewer numbers.

const seed = trialSeed();

await runTrial("day-of-attack", [], async (trial) => {
  const { databaseUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const template = await createTemplateDatabase(databaseUrl);
  trial.atEnd(() => template.drop());
  process.env.TEST_DATABASE_URL = databaseUrl;
  process.env.TEST_DATABASE_TEMPLATE = template.name;
  process.env.TEST_LOG_DIR = trial.folder;
  const context = await createTestContext({ environment: { SMS_BUDGET: ATTACKED_SMS_BUDGET } });
  trial.atEnd(() => context.close());

  await trial.step("24 hours", async () => {
    const size = { guesses: 10_000, resets: 3_000, numbers: 10_000 };
    return expectHeld(await attackForADay(context, { seed, ...size }));
  });
});
