import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { readConfig } from "../../src/config.js";
import { openCliDatabase } from "../../src/infrastructure.js";
import { administratorOf, login } from "../support/rest-calls.js";
import { errorLines, runService } from "../support/running-service.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { type Cluster, RULES } from "./cluster-rules.js";
import { expectInvariants, query } from "./database-invariants.js";
import { runTrial, type Trial } from "./trial.js";

// Calls three processes on one PostgreSQL and one Redis at the same moment: `npm run trials -- cluster`. TRIAL_ROUNDS is
// how often each rule is tried, with new numbers.

const ROUNDS = Number(process.env.TRIAL_ROUNDS || 5);
const MIGRATIONS = fileURLToPath(new URL("../../src/db/migrations", import.meta.url));

/** Starts three processes at once on an empty database, as in development: they share the data directory too. */
async function startCluster(trial: Trial): Promise<Cluster> {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: `${trial.folder}/data`,
    TRUSTED_PROXIES: "127.0.0.1",
    PASSWORD_HASH_QUEUE: "1000",
    // Only one limit is tried here; the others would hide the rules in PostgreSQL.
    ...generousLimits,
    LIMIT_LOGIN: "15/minute",
  };
  const services = await Promise.all([1, 2, 3].map(() => runService(environment)));
  for (const service of services) trial.atEnd(() => service.kill());
  const database = await openCliDatabase(readConfig(environment), { creates: false });
  trial.atEnd(() => database.close());
  const first = services.filter((service) => /password {2}\S+/.test(service.output()));
  expect(first).to.have.length(1);
  const { access } = await login(first[0]!, await administratorOf(first[0]!));
  return { services, database, access };
}

async function expectOneFirstStart({ services, database }: Cluster): Promise<void> {
  const applied = services.flatMap((service) => service.output().match(/"migration":"[^"]+"/g) ?? []);
  expect(applied).to.have.length(readdirSync(MIGRATIONS).length);
  expect(new Set(applied).size).to.equal(applied.length);
  const [rows] = await query(
    database,
    `SELECT (SELECT count(*) FROM users WHERE is_superuser)::int AS superusers,
            (SELECT count(*) FROM whitelist_entries)::int AS entries,
            (SELECT count(*) FROM schema_migrations)::int AS migrations`,
  );
  expect(rows).to.deep.equal({ superusers: 1, entries: 4, migrations: applied.length });
}

await runTrial("cluster", [], async (trial) => {
  let cluster!: Cluster;
  await trial.step("one migration, one superuser and one set of keys for three first starts", async () => {
    cluster = await startCluster(trial);
    await expectOneFirstStart(cluster);
  });
  for (const [rule, attempt] of Object.entries(RULES)) {
    await trial.step(`${rule}, ${ROUNDS} times`, async () => {
      for (let round = 0; round < ROUNDS; round++) await attempt(cluster);
    });
  }
  await expectInvariants(cluster.database);
  expect(cluster.services.flatMap((service) => errorLines(service.output()))).to.deep.equal([]);
});
