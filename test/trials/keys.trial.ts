import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { runCli } from "../../src/cli/program.js";
import { readConfig } from "../../src/config.js";
import type { Database } from "../../src/db/database.js";
import { openCliDatabase } from "../../src/infrastructure.js";
import { administratorOf, type Credentials, login, succeed, type Tokens } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { seededRandom, trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { expectInvariants } from "./database-invariants.js";
import { runTrial, type Trial } from "./trial.js";

// Changes the keys of access tokens under load: `npm run trials -- keys`. TRIAL_CALLS is the number of calls.

const CALLS = Number(process.env.TRIAL_CALLS || 10_000);
const ROTATIONS = 2;
/** Each has a session, and calls whichever server. An account may have 20 sessions. */
const CLIENTS = 12;
/** Every such call of a client is a refresh. */
const REFRESH_EVERY = 10;
/** KEY_PREPUBLISH, the shortest that is allowed: how long a key is published before it signs. */
const PREPUBLISH_SECONDS = 10;
/** How long servers may take to publish a key of another one, or to follow a revocation. */
const FOLLOW_MS = 2_000;
/** How long verifiers keep the keys: as five minutes are to a day, this is well below PREPUBLISH_SECONDS. */
const CACHE_MS = PREPUBLISH_SECONDS * 1000 - FOLLOW_MS;

const random = seededRandom(trialSeed());

/** Two servers on one database, verifiers of their tokens, and the command line. */
interface Cluster {
  services: readonly RunningService[];
  verifiers: readonly Verifier[];
  administrator: Credentials;
  database: Database;
  /** Runs a command and returns what it printed. */
  command(...args: string[]): Promise<string>;
}

async function startCluster(trial: Trial): Promise<Cluster> {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const environment = {
    ...generousLimits,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: `${trial.folder}/data`,
    KEY_PREPUBLISH: String(PREPUBLISH_SECONDS),
  };
  const services = await Promise.all([1, 2].map(() => runService(environment)));
  for (const service of services) trial.atEnd(() => service.kill());
  const first = services.find((service) => /password {2}\S+/.test(service.output()));
  const database = await openCliDatabase(readConfig(environment), { creates: false });
  trial.atEnd(() => database.close());
  return {
    services,
    verifiers: services.flatMap((service) => [createVerifier(service), createVerifier(service)]),
    database,
    administrator: await administratorOf(first!),
    async command(...args) {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const streams = {
        stdin: Object.assign(new PassThrough(), { isTTY: false }),
        stdout,
        stderr: Object.assign(stderr, { isTTY: false }),
      };
      const code = await runCli(args, environment, streams);
      expect(code, String(stderr.read())).to.equal(0);
      return String(stdout.read());
    },
  };
}

async function status({ port }: RunningService, access: string): Promise<number> {
  const headers = { Authorization: `Bearer ${access}` };
  const response = await fetch(`http://127.0.0.1:${port}/api/profile/`, { headers });
  await response.arrayBuffer();
  return response.status;
}

/** Another service that verifies tokens. */
interface Verifier {
  /** Rejects for a token that it doesn't accept. */
  verify(access: string): Promise<void>;
}

/** One that keeps the keys for CACHE_MS from a random moment on, and doesn't ask for a key that it doesn't know. */
function createVerifier({ port }: RunningService): Verifier {
  const readKeys = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`);
    return createLocalJWKSet((await response.json()) as JSONWebKeySet);
  };
  let keys = readKeys();
  let readAt = performance.now() - random.integer(CACHE_MS);
  return {
    async verify(access) {
      if (performance.now() - readAt > CACHE_MS) {
        readAt = performance.now();
        keys = readKeys();
      }
      await jwtVerify(access, await keys, { audience: "waterbill", typ: "at+jwt" });
    },
  };
}

const kidOf = ({ access }: Tokens) => String(decodeProtectedHeader(access).kid);

/** What the clients have done so far. */
interface Load {
  calls: number;
  statuses: Map<number, number>;
  kids: Set<string>;
  isOver: boolean;
}

/** Calls until the load is over, at whichever server, with every token that it has had and that has not expired. */
async function runClient({ services, verifiers, administrator }: Cluster, load: Load): Promise<Tokens> {
  let current = await login(random.pick(services), administrator);
  const tokens = [current.access];
  for (let call = 1; !load.isOver; call += 1) {
    load.kids.add(kidOf(current));
    if (call % REFRESH_EVERY === 0) {
      const { refresh } = current;
      const { access = "", refresh: next = "" } = await succeed(random.pick(services), "token/refresh", {
        refresh,
      });
      current = { access, refresh: next };
      tokens.push(access);
    }
    const access = random.pick(tokens);
    await random.pick(verifiers).verify(access);
    const result = await status(random.pick(services), access);
    load.statuses.set(result, (load.statuses.get(result) ?? 0) + 1);
    load.calls += 1;
  }
  return current;
}

/**
 * Rotates in the course of the load, as soon as the key that stands by has been published for long enough. Resolves when the
 * next one has been, too.
 */
async function rotateUnderLoad({ command }: Cluster, load: Load): Promise<void> {
  for (let rotation = 1; ; rotation += 1) {
    const from = performance.now();
    const isEarly = () =>
      load.calls < (CALLS * rotation) / (ROTATIONS + 1) ||
      performance.now() - from < PREPUBLISH_SECONDS * 1000 + FOLLOW_MS;
    while (isEarly()) await delay(10);
    if (rotation > ROTATIONS) return;
    await command("keys", "rotate");
  }
}

await runTrial("keys", [], async (trial) => {
  const cluster = await startCluster(trial);
  const { services, verifiers, database, command } = cluster;
  let tokens: Tokens[] = [];

  await trial.step(`no token is refused in ${CALLS} calls across ${ROTATIONS} rotations`, async () => {
    const load: Load = { calls: 0, statuses: new Map(), kids: new Set(), isOver: false };
    const clients = Promise.all(Array.from({ length: CLIENTS }, () => runClient(cluster, load)));
    await Promise.race([rotateUnderLoad(cluster, load), clients]);
    load.isOver = true;
    tokens = await clients;
    expect([...load.statuses]).to.deep.equal([[200, load.calls]]);
    expect(load.calls).to.be.at.least(CALLS);
    expect(load.kids.size).to.equal(ROTATIONS + 1);
    return `${load.calls} calls, ${load.kids.size} keys`;
  });

  await trial.step("a revoked key's tokens are refused by every server within two seconds", async () => {
    // The load may have ended before a client has refreshed.
    const renewed = await Promise.all(
      tokens.map(({ refresh }) => succeed(random.pick(services), "token/refresh", { refresh })),
    );
    tokens = renewed.map(({ access = "", refresh = "" }) => ({ access, refresh }));
    const kids = new Set(tokens.map(kidOf));
    expect(kids.size).to.equal(1);
    const [kid = ""] = kids;
    await command("keys", "revoke", kid, "--reason", "a trial");
    const from = performance.now();
    const isAccepted = async () =>
      (await Promise.all(services.map((service) => status(service, tokens[0]!.access)))).includes(200);
    while (await isAccepted()) await delay(5);
    const tookMs = Math.round(performance.now() - from);
    expect(tookMs).to.be.below(FOLLOW_MS);
    for (const service of services) {
      for (const { access } of tokens) expect(await status(service, access)).to.equal(401);
    }
    return `after ${tookMs} ms`;
  });

  await trial.step("every session goes on by refreshing, and verifiers have the key already", async () => {
    for (const { refresh } of tokens) {
      const { access = "" } = await succeed(random.pick(services), "token/refresh", { refresh });
      for (const verifier of verifiers) await verifier.verify(access);
      for (const service of services) expect(await status(service, access)).to.equal(200);
    }
  });

  await expectInvariants(database);
  expect(services.flatMap((service) => errorLines(service.output()))).to.deep.equal([]);
});
