import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { startPostgres } from "../support/postgres-server.js";
import { startRedis } from "../support/redis-server.js";
import {
  administratorOf,
  CUSTOMER,
  login,
  post,
  registerCustomer,
  type Tokens,
} from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { seededRandom, trialSeed } from "../support/seeded-random.js";
import { generousLimits } from "../support/service.js";
import { until } from "../support/until.js";
import { type Ledger, runLoad } from "./crash-load.js";
import { startPostgresPair } from "./postgres-pair.js";
import { type PgBouncerOptions, startPgBouncer } from "./start-pgbouncer.js";
import { runTrial, type Trial } from "./trial.js";

// The service behind Debian's PgBouncer: `npm run trials -- pgbouncer`, or `pgbouncer/failover` for a part. Version 1.18 has
// no prepared statements in transaction mode: the service must find that out, and no call may fail for it.

/** Calls of a load. */
const CALLS = 2000;
/** Sessions that go on while PgBouncer moves to another PostgreSQL. */
const SESSIONS = 20;

async function start(trial: Trial, url: string, redisUrl: string, variables = {}): Promise<RunningService> {
  const service = await runService({
    ...generousLimits,
    NODE_ENV: "development",
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: "20",
    REDIS_URL: redisUrl,
    DATA_DIR: `${trial.folder}/data`,
    ...variables,
  });
  trial.atEnd(() => service.kill());
  return service;
}

/** Two processes with customers and an administrator, on fewer connections than each has by itself. */
async function tryLoad(
  trial: Trial,
  options: Omit<PgBouncerOptions, "port" | "poolSize">,
  variables: Record<string, string>,
): Promise<void> {
  const postgres = await startPostgres();
  trial.atEnd(() => postgres.stop());
  const redis = await startRedis();
  trial.atEnd(() => redis.stop());
  const poolSize = options.poolMode === "session" ? 60 : 5;
  const { url } = await startPgBouncer(trial, {
    ...options,
    poolSize,
    port: Number(new URL(postgres.url).port),
  });
  const services = [
    await start(trial, url, redis.url, variables),
    await start(trial, url, redis.url, variables),
  ];
  const administrator = await administratorOf(services[0]!);
  const random = seededRandom(trialSeed());
  const ledger: Ledger = { listed: [], registered: [], activated: [], sessions: [], calls: 0 };
  await Promise.all(
    services.map(async (service) => {
      const { access } = await login(service, administrator);
      // A call that fails ends the load with an error.
      await runLoad({ service, access, ledger, random, isKilled: () => ledger.calls >= CALLS });
    }),
  );
  expect(ledger.calls).to.be.at.least(CALLS);
  for (const service of services) {
    expect(errorLines(service.output())).to.deep.equal([]);
    const meetsLosses = options.poolMode === "transaction" && variables.DATABASE_PREPARED !== "false";
    expect(service.output().includes("a pooler loses prepared statements")).to.equal(meetsLosses);
    await service.stop();
  }
}

/** Refreshes and reads the profile until `isOver`, and counts the statuses. After a 503 it sends the same token again. */
async function useSession(
  service: RunningService,
  tokens: Tokens,
  statuses: Map<number, number>,
  isOver: () => boolean,
): Promise<Tokens> {
  let current = tokens;
  const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  while (!isOver()) {
    const { status, body } = await post(service, "token/refresh", { refresh: current.refresh });
    count(status);
    if (status === 200) current = { access: body.access!, refresh: body.refresh! };
    const profile = await fetch(`http://127.0.0.1:${service.port}/api/auth/profile/`, {
      headers: { authorization: `Bearer ${current.access}` },
    });
    await profile.arrayBuffer();
    count(profile.status);
    await delay(20);
  }
  return current;
}

/** The primary is lost under traffic, the standby is promoted, and PgBouncer moves there. */
async function tryFailover(trial: Trial): Promise<void> {
  const pair = await startPostgresPair(trial);
  const redis = await startRedis();
  trial.atEnd(() => redis.stop());
  const bouncer = await startPgBouncer(trial, {
    port: pair.primaryPort,
    poolMode: "transaction",
    poolSize: 10,
  });
  const service = await start(trial, bouncer.url, redis.url);
  await registerCustomer(service);
  const sessions: Tokens[] = [];
  while (sessions.length < SESSIONS) sessions.push(await login(service, CUSTOMER));

  const statuses = new Map<number, number>();
  let isOver = false;
  const traffic = sessions.map((tokens) => useSession(service, tokens, statuses, () => isOver));
  await trial.step("no call fails before", async () => {
    await until(() => (statuses.get(200) ?? 0) > 200);
    expect([...statuses.keys()]).to.deep.equal([200]);
  });
  await trial.step("the primary is lost: 503 meanwhile", async () => {
    await pair.losePrimary();
    await until(() => (statuses.get(503) ?? 0) > 20);
  });
  await trial.step("the standby takes over: no call but 200 and 503, then 200 alone", async () => {
    await pair.promote();
    bouncer.moveTo(pair.standbyPort);
    const before = statuses.get(200) ?? 0;
    await until(() => (statuses.get(200) ?? 0) > before + 400);
    const failed = statuses.get(503);
    const healthy = statuses.get(200) ?? 0;
    await until(() => (statuses.get(200) ?? 0) > healthy + 200);
    expect(statuses.get(503)).to.equal(failed);
    expect([...statuses.keys()].sort()).to.deep.equal([200, 503]);
    expect((await fetch(`http://127.0.0.1:${service.port}/readyz`)).status).to.equal(200);
    return JSON.stringify([...statuses]);
  });
  await trial.step("no session is lost", async () => {
    isOver = true;
    for (const { refresh } of await Promise.all(traffic)) {
      expect((await post(service, "token/refresh", { refresh })).status).to.equal(200);
    }
  });
  expect(errorLines(service.output()).filter((line) => !line.includes("OVERLOADED"))).to.deep.equal([]);
  await service.stop();
}

const parts: Record<string, (trial: Trial) => Promise<void>> = {
  transaction: (trial) => tryLoad(trial, { poolMode: "transaction" }, {}),
  unprepared: (trial) => tryLoad(trial, { poolMode: "transaction" }, { DATABASE_PREPARED: "false" }),
  session: (trial) => tryLoad(trial, { poolMode: "session" }, {}),
  failover: tryFailover,
};

const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await runTrial(`pgbouncer ${name}`, [], run);
}
