import { readFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import type { Database } from "../../src/db/database.js";
import { openCliDatabase } from "../../src/infrastructure.js";
import { buildTemporaryProgram } from "../support/built-program.js";
import { administratorOf, login, post } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { seededRandom, trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { type SteadyCallers, startCallers, type Target } from "../support/steady-callers.js";
import { until } from "../support/until.js";
import { isRunning, workersOf } from "../support/workers.js";
import { expectAcknowledged, expectOneSuccessor } from "./acknowledged.js";
import { makeCertificate } from "./certificate.js";
import { type Ledger, runLoad } from "./crash-load.js";
import { expectInvariants } from "./database-invariants.js";
import { runTrial, type Trial } from "./trial.js";

// Two workers on one port: `npm run trials -- workers`, or `workers/clear` for a part. Their limits, their replacement under
// 200 callers of HTTP/1.1, HTTP/2 and gRPC, in clear text and over TLS, and what is left when one is killed. What a call
// costs them is in the benchmark: `npm run bench -- --workers 2`.

const CALLERS = 200;
const KILLS = Number(process.env.TRIAL_KILLS || 20);
/** Calls that must be answered before and after something is done to the workers. */
const CALLS = 1000;
const LIMIT = 15;

interface Workers {
  service: RunningService;
  database: Database;
}

async function start(trial: Trial, variables: Record<string, string> = {}): Promise<Workers> {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const program = await buildTemporaryProgram();
  trial.atEnd(() => program.remove());
  const environment = {
    ...generousLimits,
    NODE_ENV: "development",
    WORKERS: "2",
    DATABASE_URL: databaseUrl,
    // As many as the callers need at once: a call must not wait for a connection.
    DATABASE_POOL_SIZE: "120",
    REDIS_URL: redisUrl,
    DATA_DIR: `${trial.folder}/data`,
    PASSWORD_HASH_QUEUE: "1000",
    REFRESH_REUSE_GRACE: "3600",
    ...variables,
  };
  const service = await runService(environment, undefined, program.start);
  trial.atEnd(() => service.kill());
  await service.printed(/all workers serve/);
  const database = await openCliDatabase(readConfig(environment), { creates: false });
  trial.atEnd(() => database.close());
  return { service, database };
}

/** How often the output has had the message. */
const times = (service: RunningService, message: string) =>
  service.output().split(`"msg":"${message}"`).length - 1;

async function tryLimits(trial: Trial): Promise<void> {
  const { service } = await start(trial, { LIMIT_ACTIVATE: `${LIMIT}/hour`, TRUSTED_PROXIES: "127.0.0.1" });
  await trial.step(`${LIMIT} calls of each of 40 addresses are allowed, of 60 at once`, async () => {
    for (let address = 1; address <= 40; address++) {
      const calls = Array.from({ length: 60 }, (_, n) =>
        post(
          service,
          "activate",
          { phone: `+23767${1_000_000 + n}`, code: "123456" },
          "",
          `203.0.113.${address}`,
        ),
      );
      const statuses = (await Promise.all(calls)).map(({ status }) => status);
      expect(statuses.filter((status) => status !== 429)).to.have.length(LIMIT);
    }
    const shares = [1, 2].map((worker) => service.output().split(`"worker":${worker},"method"`).length - 1);
    for (const share of shares) expect(share).to.be.greaterThan(0);
    return `${shares.join(" and ")} calls`;
  });
  await service.stop();
}

/** The access token of the first superuser, by HTTP/1.1 over TLS. */
async function loginOverTls(service: RunningService, ca: Buffer): Promise<string> {
  const { phone, password } = await administratorOf(service);
  const options = { port: service.port, host: "localhost", ca, method: "POST", path: "/api/auth/login/" };
  const sent = request({ ...options, headers: { "content-type": "application/json" } });
  const response = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject).end(JSON.stringify({ phone, password }));
  });
  return JSON.parse(await text(response)).data.tokens.access;
}

/** Replaces all workers while the callers go on. */
async function restartUnder(callers: SteadyCallers, service: RunningService): Promise<string> {
  const former = workersOf(service);
  const before = callers.answered();
  await until(() => callers.answered() > before + CALLS);
  const restarts = times(service, "all workers are replaced");
  process.kill(service.pid, "SIGHUP");
  await until(() => times(service, "all workers are replaced") > restarts);
  const after = callers.answered();
  await until(() => callers.answered() > after + CALLS);
  expect(callers.failures()).to.deep.equal([]);
  expect(former.filter(isRunning)).to.deep.equal([]);
  return `${callers.answered() - before} calls`;
}

/** Stops the service while a call of each caller waits for the database. */
async function stopUnder(callers: SteadyCallers, { service, database }: Workers): Promise<string> {
  let stopped!: Promise<void>;
  let answered!: Promise<void>;
  await database.transaction(async (tx) => {
    const text = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE";
    await database.run(tx, { name: "trial_lock", text, isAdHoc: true }, []);
    await delay(700);
    answered = callers.stop();
    stopped = service.stop();
    await delay(300);
  });
  const before = callers.answered();
  await answered;
  await stopped;
  expect(callers.failures()).to.deep.equal([]);
  expect(callers.answered() - before).to.be.at.least(CALLERS / 2);
  expect(await service.exited).to.equal(0);
  return `${callers.answered() - before} calls in flight`;
}

async function tryRestarts(trial: Trial, isTls: boolean): Promise<void> {
  const files = isTls ? makeCertificate(trial.folder) : null;
  const workers = await start(
    trial,
    files ? { TLS_CERT_FILE: files.certificate, TLS_KEY_FILE: files.key } : {},
  );
  const { service } = workers;
  const ca = files && readFileSync(files.certificate);
  const target: Target = { port: service.port, ...(ca && { ca }) };
  const access = ca
    ? await loginOverTls(service, ca)
    : (await login(service, await administratorOf(service))).access;
  const callers = startCallers(target, access, CALLERS);
  for (const time of [1, 2, 3]) {
    await trial.step(`rolling restart ${time} under ${CALLERS} callers`, () =>
      restartUnder(callers, service),
    );
  }
  await trial.step(`SIGTERM with ${CALLERS} calls in flight`, () => stopUnder(callers, workers));
}

/** Kills a worker under load, again and again. */
async function tryKills(trial: Trial): Promise<void> {
  const { service, database } = await start(trial);
  const random = seededRandom(trialSeed());
  const administrator = await administratorOf(service);
  const ledger: Ledger = { listed: [], registered: [], activated: [], sessions: [], calls: 0 };
  for (let kill = 1; kill <= KILLS; kill++) {
    await trial.step(`kill ${kill}`, async () => {
      const older = ledger.sessions.length;
      const { access } = await login(service, administrator);
      let isKilled = false;
      const load = runLoad({ service, access, ledger, random, isKilled: () => isKilled });
      const last = ledger.calls + random.integer(100);
      await Promise.race([until(() => ledger.calls >= last), load]);
      isKilled = true;
      const former = workersOf(service);
      process.kill(random.pick(former.filter(isRunning)), "SIGKILL");
      await load;
      await until(() => workersOf(service).length > former.length);
      await expectAcknowledged(database, ledger);
      await expectInvariants(database);
      await expectOneSuccessor(service, ledger.sessions.slice(older));
      return `${ledger.calls} calls`;
    });
  }
  expect(times(service, "a worker has ended")).to.equal(KILLS);
  await service.stop();
}

const parts: Record<string, (trial: Trial) => Promise<void>> = {
  limits: tryLimits,
  clear: (trial) => tryRestarts(trial, false),
  tls: (trial) => tryRestarts(trial, true),
  kills: tryKills,
};

const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await runTrial(`workers ${name}`, [], run);
}
