import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { Redis } from "ioredis";
import { administratorOf, login } from "../support/rest-calls.js";
import { errorLines, runService } from "../support/running-service.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { besideAttack } from "./beside-attack.js";
import { FLOODS } from "./flood-kinds.js";
import { runTrial } from "./trial.js";
import { createWitness, residentMiB, type Sight } from "./witness.js";

// Floods the service while a well-behaved client calls it: `npm run trials -- floods`. The figures depend on the machine;
// the bounds are wide enough for a busy one.

/** Time after a flood in which the service answers again (ms). */
const RECOVERY_MS = 30_000;
/**
 * Memory that may stay behind after all floods, in MiB: the heap that V8 has not given back. It levels off at 200 to 250
 * more than before when the floods are repeated.
 */
const MORE_MEMORY_MIB = 500;
const QUIET_MS = 2_000;
/** Keys in Redis after calls for codes from one address: those of five minutes, and the address's own. */
const MAX_CODE_KEYS = 5 * 10 * 2 + 1;

/** Errors in the log, except that calls may be refused while the process is busy with a flood. */
function unexpectedErrors(output: string): string[] {
  return errorLines(output).filter((line) => !line.includes('"reason":"OVERLOADED"'));
}

function describe({ answered, missed, medianMs, longestMs }: Sight): string {
  return `${answered} answered in ${medianMs} ms (longest ${longestMs}), ${missed} missed`;
}

await runTrial("floods", [], async (trial) => {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const service = await runService({
    LIMIT_USER: generousLimits.LIMIT_USER!,
    DATA_DIR: `${trial.folder}/data`,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
  });
  trial.atEnd(() => service.kill());
  const { access } = await login(service, await administratorOf(service));
  const witness = createWitness(service, access);
  const quiet = () => witness.during(() => delay(QUIET_MS));

  await besideAttack(trial, service, witness);
  await trial.step("before", async () => describe(await quiet()));
  const memoryBefore = residentMiB(service.pid);
  for (const [name, flood] of Object.entries(FLOODS)) {
    await trial.step(name, async () => {
      const sight = await witness.during(() => flood(service.port));
      const recovered = await witness.untilAnswered(RECOVERY_MS);
      expect(unexpectedErrors(service.output())).to.deep.equal([]);
      return `${describe(sight)}, then within ${recovered} ms; ${residentMiB(service.pid)} MiB`;
    });
  }
  await trial.step("keys that the calls for codes left in Redis", async () => {
    const redis = new Redis(redisUrl);
    const keys = await redis.keys("*resend_code*");
    redis.disconnect();
    // Ten calls a minute pass, and leave a key for the number's minute and one for its day.
    expect(keys).not.to.have.length(0);
    expect(keys.length).to.be.at.most(MAX_CODE_KEYS);
    return `${keys.length}`;
  });
  await trial.step("after", async () => {
    const sight = await quiet();
    const memory = residentMiB(service.pid);
    expect(memory).to.be.below(memoryBefore + MORE_MEMORY_MIB);
    expect(sight.missed).to.equal(0);
    return `${describe(sight)}; ${memory} MiB after ${memoryBefore} MiB`;
  });
  await service.stop();
  expect(await service.exited).to.equal(0);
});
