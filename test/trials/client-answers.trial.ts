import { expect } from "chai";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import { createService } from "../../src/services/create-service.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { type SeededRandom, seededRandom, shuffled, trialSeed } from "../support/seeded-random.js";
import { generousLimits } from "../support/service.js";
import { newService } from "../support/services.js";
import type { TestContext } from "../support/test-context.js";
import { compareTimes, rowOf } from "./paired-times.js";
import { runTrial } from "./trial.js";
import { startContext } from "./trial-context.js";

// Whether the time of a refusal tells strangers which services exist: `npm run trials -- client-answers`, a minute. Every
// round asks once as each client, in random order; two unknown ones are the controls.

const ROUNDS_BEFORE = 30;
const ROUNDS = 600;
const PATHS = ["token", "introspect"];

type Form = Record<string, string>;

/** A client that doesn't prove who it is. */
interface Client {
  name: string;
  times: number[];
  /** The parts of a request that authenticate, anew each time. */
  proof(): Promise<{ form: Form; authorization?: string }>;
}

function bySecret(name: string, clientId: string): Client {
  const authorization = `Basic ${Buffer.from(`${clientId}:wbs_${"A".repeat(43)}`).toString("base64")}`;
  return { name, times: [], proof: async () => ({ form: {}, authorization }) };
}

async function byAssertion(name: string, clientId: string, { port }: RunningService): Promise<Client> {
  const { privateKey } = await generateKeyPair("ES256");
  const sign = () =>
    new SignJWT({ iss: clientId, sub: clientId, aud: `http://localhost:${port}`, jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: "ES256" })
      .setExpirationTime("1m")
      .sign(privateKey);
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  return {
    name,
    times: [],
    proof: async () => ({ form: { client_assertion_type: type, client_assertion: await sign() } }),
  };
}

async function newPublicKey() {
  const key = await exportJWK((await generateKeyPair("ES256")).publicKey);
  return { ...key, kid: await calculateJwkThumbprint(key) };
}

/** A service with keys that the trial doesn't sign with. */
async function withKeys({ app }: TestContext, name: string, count: number): Promise<string> {
  const publicKeys = await Promise.all(Array.from({ length: count }, newPublicKey));
  await createService(app, { name, scopes: ["tokens.introspect"], publicKeys });
  return name;
}

async function disabledService(context: TestContext): Promise<string> {
  const { name } = await newService(context, ["tokens.introspect"]);
  await context.app.services.change(null, name, { isDisabled: true });
  return name;
}

async function ask(service: RunningService, path: string, client: Client): Promise<number> {
  const { form, authorization } = await client.proof();
  const body = new URLSearchParams({ grant_type: "client_credentials", token: "x", ...form });
  const start = performance.now();
  const response = await fetch(`http://127.0.0.1:${service.port}/oauth2/${path}`, {
    method: "POST",
    body,
    headers: authorization === undefined ? {} : { authorization },
  });
  await response.text();
  const ms = performance.now() - start;
  expect(response.status).to.equal(401);
  return ms;
}

/** Asks once a round as each client. The first rounds, which compile the code, don't count. */
async function measure(
  service: RunningService,
  path: string,
  clients: readonly Client[],
  random: SeededRandom,
): Promise<void> {
  for (const { times } of clients) times.length = 0;
  for (let round = -ROUNDS_BEFORE; round < ROUNDS; round += 1) {
    for (const client of shuffled(clients, random)) {
      const ms = await ask(service, path, client);
      if (round >= 0) client.times.push(ms);
    }
  }
}

/** The rows of the table, and which clients differ from the first two. */
function judge([first, second, ...others]: readonly Client[]) {
  if (!first || !second) throw new Error("a measurement has two controls");
  const failures: string[] = [];
  const rows = others.map(({ name, times }) => {
    const comparison = compareTimes({ control: [first.times, second.times], times });
    const { shiftMs, boundMs } = comparison;
    const verdict = `  differs by ${shiftMs.toFixed(3)} ms, bound ${boundMs.toFixed(3)}`;
    if (Math.abs(shiftMs) > boundMs) failures.push(`${name}:${verdict}`);
    return rowOf(name, comparison) + verdict;
  });
  return { rows, failures };
}

await runTrial("client answers", [], async (trial) => {
  const random = seededRandom(trialSeed());
  const { context, redisUrl } = await startContext(trial);
  const service = await runService({
    ...generousLimits,
    NODE_ENV: "development",
    DATABASE_URL: context.testDatabase.url,
    REDIS_URL: redisUrl,
    DATA_DIR: `${trial.folder}/data`,
  });
  trial.atEnd(() => service.kill());
  const { name: known } = await newService(context, ["tokens.introspect"]);
  const groups: Record<string, readonly Client[]> = {
    "by secret": [
      bySecret("unknown 1", "nobody"),
      bySecret("unknown 2", "no-one"),
      bySecret("known", known),
      bySecret("disabled", await disabledService(context)),
      bySecret("with a key", await withKeys(context, "with-key-1", 1)),
    ],
    "by assertion": [
      await byAssertion("unknown 1", "nobody", service),
      await byAssertion("unknown 2", "no-one", service),
      await byAssertion("known", await withKeys(context, "with-key-2", 1), service),
      await byAssertion("with two keys", await withKeys(context, "with-keys", 2), service),
      await byAssertion("with a secret", known, service),
    ],
  };
  const failures: string[] = [];
  for (const [group, clients] of Object.entries(groups)) {
    for (const path of PATHS) {
      await trial.step(`${path}, ${group}`, async () => {
        await measure(service, path, clients, random);
        const judged = judge(clients);
        failures.push(...judged.failures.map((failure) => `${path}, ${group}, ${failure}`));
        return `\n${judged.rows.join("\n")}`;
      });
    }
  }
  expect(failures).to.deep.equal([]);
  expect(errorLines(service.output())).to.deep.equal([]);
  await service.stop();
});
