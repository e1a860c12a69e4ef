import { expect } from "chai";
import { sendHostile } from "../support/hostile/send-hostile.js";
import { administratorOf, CUSTOMER, login, registerCustomer } from "../support/rest-calls.js";
import { errorLines, runService } from "../support/running-service.js";
import { trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { runTrial } from "./trial.js";

// Sends hostile requests over every protocol: `npm run trials -- fuzz`. TRIAL_INPUTS is their number.

const INPUTS = Number(process.env.TRIAL_INPUTS || 20_000);
const STEP = 2_000;

const seed = trialSeed();

await runTrial("fuzz", [], async (trial) => {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const service = await runService({
    ...generousLimits,
    DATA_DIR: `${trial.folder}/data`,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PASSWORD_HASH_QUEUE: "1000",
    ACCESS_TOKEN_TTL: "86400",
  });
  trial.atEnd(() => service.kill());
  const administrator = await login(service, await administratorOf(service));
  await registerCustomer(service);
  const [customer, other] = [await login(service, CUSTOMER), await login(service, CUSTOMER)];
  const knowledge = {
    // Two whitelisted numbers without an account, and one that may not register.
    phones: ["+237670000002", "+237670000003", "+237600000000"],
    password: CUSTOMER.password,
    refresh: other.refresh,
    tokens: [customer.access, administrator.access],
  };

  for (let first = 0; first < INPUTS; first += STEP) {
    const count = Math.min(STEP, INPUTS - first);
    await trial.step(`inputs ${first + 1} to ${first + count}`, async () => {
      const run = { port: service.port, seed: `${seed}/${first}`, count, knowledge };
      const { statuses, faults } = await sendHostile(run);
      expect(faults.join("\n")).to.equal("");
      expect(errorLines(service.output()).join("\n")).to.equal("");
      return Object.entries(statuses)
        .map(([status, times]) => `${status} × ${times}`)
        .join(", ");
    });
  }
  expect((await fetch(`http://127.0.0.1:${service.port}/readyz`)).status).to.equal(200);
  await service.stop();
  expect(await service.exited).to.equal(0);
});
