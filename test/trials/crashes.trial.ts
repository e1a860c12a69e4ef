import { mkdirSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import { openCliDatabase } from "../../src/infrastructure.js";
import { administratorOf, type Credentials, login } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { type SeededRandom, seededRandom, trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { expectAcknowledged, expectOneSuccessor } from "./acknowledged.js";
import { type Ledger, runLoad } from "./crash-load.js";
import { expectInvariants } from "./database-invariants.js";
import { runTrial, type Trial } from "./trial.js";

// Kills the service with SIGKILL, under load and while it starts: `npm run trials -- crashes`. TRIAL_KILLS is the number
// of kills under load of each database.

const KILLS = Number(process.env.TRIAL_KILLS || 20);
/** A kill comes at most this many acknowledged calls after the load has begun, at most so many milliseconds later. */
const LATEST_KILL = { calls: 150, ms: 30 };
/** Sessions of earlier rounds that are used again in each round. */
const OLD_SESSIONS = 10;

/** The service of a trial, and what it has acknowledged so far. */
interface Series {
  environment: Record<string, string>;
  random: SeededRandom;
  administrator: Credentials;
  ledger: Ledger;
  startsMs: number[];
}

/** Starts the service after a kill; now and then the first attempt is killed too. */
async function restart(series: Series): Promise<RunningService> {
  const usualMs = Math.min(...series.startsMs);
  if (series.random.once(4)) await killDuringStart(series, usualMs);
  const start = performance.now();
  const service = await runService(series.environment);
  series.startsMs.push(Math.round(performance.now() - start));
  return service;
}

async function killDuringStart(
  { environment, random }: Pick<Series, "environment" | "random">,
  usualMs: number,
): Promise<void> {
  const moment = AbortSignal.timeout(random.integer(usualMs));
  await runService(environment, moment).then(
    (service) => service.kill(),
    () => {},
  );
}

/** Resolves at a random moment of the load, which depends little on how busy the machine is. */
async function killMoment({ ledger, random }: Series): Promise<void> {
  const last = ledger.calls + random.integer(LATEST_KILL.calls);
  while (ledger.calls < last) await delay(1);
  await delay(random.integer(LATEST_KILL.ms));
}

/** Runs the load until a random moment. */
async function killUnderLoad(series: Series, service: RunningService): Promise<void> {
  const { ledger, random, administrator } = series;
  const { access } = await login(service, administrator);
  let isKilled = false;
  const load = runLoad({ service, access, ledger, random, isKilled: () => isKilled });
  await Promise.race([killMoment(series), load]);
  isKilled = true;
  await service.kill();
  await load;
  expect(errorLines(service.output())).to.deep.equal([]);
}

async function check(series: Series, service: RunningService, olderSessions: number): Promise<void> {
  const { ledger, random, environment } = series;
  const database = await openCliDatabase(readConfig(environment), { creates: false });
  try {
    await expectAcknowledged(database, ledger);
    await expectInvariants(database);
  } finally {
    await database.close();
  }
  const older = ledger.sessions.slice(0, olderSessions);
  const again = older.length > 0 ? Array.from({ length: OLD_SESSIONS }, () => random.pick(older)) : [];
  await expectOneSuccessor(service, [...ledger.sessions.slice(olderSessions), ...new Set(again)]);
}

/** A killed process leaves its socket in the data directory; the next one removes it. */
function expectOneSocket({ DATA_DIR = "" }: Record<string, string>): void {
  expect(readdirSync(DATA_DIR).filter((name) => name.startsWith("pg-"))).to.have.length(1);
}

async function runSeries(trial: Trial, seed: string, environment: Record<string, string>): Promise<void> {
  const start = performance.now();
  let service = await runService(environment);
  trial.atEnd(() => service.kill());
  const series: Series = {
    environment,
    random: seededRandom(seed),
    administrator: await administratorOf(service),
    ledger: { listed: [], registered: [], activated: [], sessions: [], calls: 0 },
    startsMs: [Math.round(performance.now() - start)],
  };
  const { ledger, startsMs } = series;
  for (let kill = 1; kill <= KILLS; kill++) {
    await trial.step(`kill ${kill}`, async () => {
      const { length } = ledger.sessions;
      await killUnderLoad(series, service);
      service = await restart(series);
      if (!environment.DATABASE_URL) expectOneSocket(environment);
      await check(series, service, length);
      const { calls, listed, registered, activated, sessions } = ledger;
      return `${calls} calls, ${listed.length} listed, ${registered.length} registered, ${activated.length} activated, ${sessions.length} sessions`;
    });
  }
  await service.stop();
  expect(await service.exited).to.equal(0);
  console.log(`starts took ${Math.min(...startsMs)} to ${Math.max(...startsMs)} ms`);
}

const common = {
  ...generousLimits,
  // A restart may take longer than the time in which a client repeats a refresh.
  REFRESH_REUSE_GRACE: "3600",
  PASSWORD_HASH_QUEUE: "1000",
};
const seed = trialSeed();

await runTrial("crashes while the embedded database is created", [], async (trial) => {
  const random = seededRandom(`${seed} creation`);
  for (const attempt of [1, 2, 3]) {
    const environment = { DATA_DIR: `${trial.folder}/${attempt}` };
    mkdirSync(environment.DATA_DIR);
    await trial.step(`kill ${attempt}`, async () => {
      await killDuringStart({ environment, random }, 6_000);
      const service = await runService(environment);
      trial.atEnd(() => service.kill());
      expectOneSocket(environment);
      await service.stop();
    });
  }
});

await runTrial("crashes with the embedded database", [], (trial) =>
  runSeries(trial, `${seed} embedded`, { ...common, DATA_DIR: `${trial.folder}/data` }),
);

await runTrial("crashes with PostgreSQL and Redis", [], async (trial) => {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const servers = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  await runSeries(trial, `${seed} servers`, { ...common, ...servers, DATA_DIR: `${trial.folder}/data` });
});
