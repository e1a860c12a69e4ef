import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { decodeJwt } from "jose";
import { readConfig } from "../../src/config.js";
import type { Database } from "../../src/db/database.js";
import { openCliDatabase } from "../../src/infrastructure.js";
import { createPasswordHasher } from "../../src/passwords/password-hash.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";
import { startRedis } from "../support/redis-server.js";
import { CUSTOMER, login } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { seededRandom, trialSeed } from "../support/seeded-random.js";
import { generousLimits } from "../support/service.js";
import { expectInvariants, query } from "./database-invariants.js";
import {
  type Counts,
  type Holder,
  type Network,
  readProfile,
  refreshAtLast,
  useInTurn,
  usePhone,
  useStolen,
} from "./refresh-phones.js";
import { runTrial, type Trial } from "./trial.js";

// Phones on a bad network, and thieves, while servers are killed and PostgreSQL hangs: `npm run trials -- refresh-fuzz`,
// five minutes. TRIAL_SESSIONS is the number of sessions; every tenth token is stolen.

const SESSIONS = Number(process.env.TRIAL_SESSIONS || 2000);
const STEPS = 50;
const SESSIONS_OF_AN_ACCOUNT = 20;
const LOGINS_AT_ONCE = 16;
/** What happens while phones refresh: PostgreSQL hangs for so many seconds, or the next server is killed. */
const FAULTS = [4, "kill", 12, "kill", 30, "kill", 60, "kill"] as const;
const QUIET_MS = 6000;

const seed = trialSeed();

interface World extends Network {
  postgres: PostgresServer;
  database: Database;
  services: RunningService[];
  environment: Record<string, string>;
}

async function start(trial: Trial): Promise<World> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  trial.atEnd(() => Promise.all([postgres.stop(), redis.stop()]));
  const environment = {
    ...generousLimits,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    DATA_DIR: `${trial.folder}/data`,
    TRUSTED_PROXIES: "127.0.0.1",
    PASSWORD_HASH_QUEUE: "1000",
  };
  const services = [await runService(environment), await runService(environment)];
  trial.atEnd(() => Promise.all(services.map((service) => service.kill())));
  const database = await openCliDatabase(readConfig(environment), { creates: false });
  trial.atEnd(() => database.close());
  const counts: Counts = { calls: 0, lost: 0, doubled: 0, delayed: 0, failed: 0 };
  return { postgres, database, services, environment, counts };
}

/** Makes accounts and signs each in from 20 phones. */
async function signIn({ database, services }: World): Promise<Holder[]> {
  const hasher = createPasswordHasher({ concurrency: 1, queueLimit: 1 });
  const text = `INSERT INTO users (phone, first_name, last_name, password_hash, is_active, date_joined)
    SELECT '+2379' || lpad(n::text, 8, '0'), 'John', 'Doe', $2, true, now() FROM generate_series(1, $1::int) AS n
    RETURNING phone`;
  const accounts = Math.ceil(SESSIONS / SESSIONS_OF_AN_ACCOUNT);
  const hash = await hasher.hash(CUSTOMER.password);
  const phones = (await query<{ phone: string }>(database, text, [accounts, hash])).map((row) => row.phone);
  const holders: Holder[] = [];
  let next = 0;
  async function signInOthers(): Promise<void> {
    for (let index = next++; index < SESSIONS; index = next++) {
      const phone = phones[Math.floor(index / SESSIONS_OF_AN_ACCOUNT)]!;
      const attempt = () => login(services[index % 2]!, { ...CUSTOMER, phone });
      // The server closes an idle connection at the moment when fetch uses it again.
      const tokens = await attempt().catch(attempt);
      const address = `198.18.${index >> 8}.${index & 255}`;
      const random = seededRandom(`${seed} phone ${index}`);
      holders[index] = { random, tokens, address, refused: null, history: [] };
    }
  }
  await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, signInOthers));
  return holders;
}

/** Kills servers and suspends PostgreSQL, one after the other. */
async function causeFaults({ postgres, services, environment }: World): Promise<void> {
  let victim = 0;
  for (const fault of FAULTS) {
    await delay(QUIET_MS);
    if (fault === "kill") {
      const index = victim++ % services.length;
      await services[index]!.kill();
      services[index] = await runService(environment);
    } else {
      postgres.suspend();
      await delay(fault * 1000);
      postgres.wake();
    }
  }
}

interface Theft {
  owner: Holder;
  thief: Holder;
  readsProfiles: boolean;
}

/** Lets a phone refresh while somebody copies its tokens at a random step and uses them. */
async function steal(world: Network, owner: Holder, index: number): Promise<Theft> {
  const random = seededRandom(`${seed} thief ${index}`);
  const [stolenAt, readsProfiles] = [random.integer(STEPS), random.once(2)];
  const address = `198.19.0.${index & 255}`;
  const thief: Holder = { random, tokens: owner.tokens, address, refused: null, history: [] };
  const end = new AbortController();
  let stealing: Promise<void> | undefined;
  await usePhone(world, owner, STEPS, (step) => {
    if (step !== stolenAt) return;
    thief.tokens = owner.tokens;
    stealing = useStolen(world, thief, readsProfiles, end.signal);
  });
  end.abort();
  await stealing;
  return { owner, thief, readsProfiles };
}

const sessionsOf = (holders: readonly Holder[]) => holders.map(({ tokens }) => decodeJwt(tokens.refresh).sid);

async function countEnded({ database }: World, holders: readonly Holder[]): Promise<number> {
  const text = "SELECT id FROM sessions WHERE id = ANY ($1::uuid[]) AND revoked_at IS NOT NULL";
  return (await query(database, text, [sessionsOf(holders)])).length;
}

await runTrial("refresh-fuzz", ["ps"], async (trial) => {
  const world = await start(trial);
  let phones: Holder[] = [];
  await trial.step(`${SESSIONS} phones sign in`, async () => {
    phones = await signIn(world);
  });
  const honest = phones.filter((_, index) => index % 10 !== 0);
  let thefts: Theft[] = [];
  await trial.step(`${STEPS} steps of each`, async () => {
    const victims = phones.filter((_, index) => index % 10 === 0);
    const using = Promise.all(honest.map((phone) => usePhone(world, phone, STEPS)));
    const stealing = Promise.all(victims.map((victim, index) => steal(world, victim, index)));
    await causeFaults(world);
    await using;
    thefts = await stealing;
    return Object.entries(world.counts)
      .map(([what, times]) => `${times} ${what}`)
      .join(", ");
  });
  await trial.step("no honest phone is signed out", async () => {
    for (const phone of honest) {
      await refreshAtLast(world, phone);
      await readProfile(world, phone);
    }
    expect(honest.flatMap(({ refused }) => refused ?? []).join("\n\n")).to.equal("");
    expect(await countEnded(world, honest)).to.equal(0);
    return `${honest.length} phones`;
  });
  await trial.step("every thief is found out", async () => {
    const owners = thefts.map(({ owner }) => owner);
    const early = await countEnded(world, owners);
    await useInTurn(
      world,
      thefts.map(({ owner, thief }) => [owner, thief]),
    );
    expect(await countEnded(world, owners)).to.equal(thefts.length);
    const elsewhere = thefts.filter(({ readsProfiles }) => !readsProfiles).length;
    return `${early} of ${thefts.length} meanwhile, the others when both sides used what they held; ${elsewhere} used access tokens elsewhere`;
  });
  await expectInvariants(world.database);
  const errors = world.services.flatMap((service) => errorLines(service.output()));
  expect(errors.filter((line) => !line.includes('"reason":"OVERLOADED"'))).to.deep.equal([]);
});
