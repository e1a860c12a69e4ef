import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from "jose";
import { administratorOf, CUSTOMER, login, registerCustomer } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { freePort } from "../support/server-process.js";
import { buildExample, type Example, outputOf } from "./example.js";
import { startBilling } from "./start-billing.js";
import { runTrial, type Trial } from "./trial.js";

// Runs examples/billing, a service beside this one, and its clients in other languages: `npm run trials -- billing`.
// Python needs the packages in examples/python/requirements.txt.

interface Language extends Example {
  /** The command that prints users by their ids. */
  find: readonly string[];
}

const generateBeside = (language: string) => [
  "sh",
  "-c",
  `cd ../../${language} && buf generate -o ../billing/${language}`,
];
const languages: readonly Language[] = [
  {
    name: "billing/go",
    programs: ["go"],
    build: [generateBeside("go"), ["go", "vet", "./..."]],
    find: ["go", "run", "."],
  },
  {
    name: "billing/python",
    programs: ["python3"],
    libraries: ["python3", "-c", "import grpc_tools"],
    build: [generateBeside("python")],
    find: ["python3", "find_users.py"],
  },
];

/** No account has it. */
const UNKNOWN_ID = 4_000_000;
const REFUSED = "INTERNAL: The identity service refuses this service.";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const run = promisify(execFile);

/** The identity service with a customer, an administrator, and the service `billing`. */
interface World {
  identity: RunningService;
  url: string;
  /** client_id and client_secret, as the command line prints them. */
  credentials: Record<string, string>;
  customer: { id: number; access: string; refresh: string };
  admin: { id: number; access: string };
  /** Runs a command on the same data and returns what it printed. */
  command(...args: string[]): Promise<string>;
}

const idOf = (access: string) => Number(decodeJwt(access).user_id);

async function startWorld(trial: Trial): Promise<World> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { DATA_DIR: `${trial.folder}/data` };
  const identity = await runService({ ...environment, PORT: String(port), PUBLIC_URL: url });
  trial.atEnd(() => identity.stop());
  await registerCustomer(identity);
  const customer = await login(identity, CUSTOMER);
  const admin = await login(identity, await administratorOf(identity));
  const command = async (...args: string[]) => {
    const options = { env: { ...process.env, ...environment } };
    return (await run(process.execPath, ["--import", "tsx", cli, ...args], options)).stdout;
  };
  const printed = await command("service", "create", "billing", "--scope", "users.read");
  const lines = printed.trim().split("\n");
  return {
    identity,
    url,
    credentials: Object.fromEntries(lines.map((line) => line.split("=", 2))),
    customer: { id: idOf(customer.access), ...customer },
    admin: { id: idOf(admin.access), ...admin },
    command,
  };
}

async function tryLanguage(trial: Trial, language: Language, world: World): Promise<void> {
  await buildExample(language);
  const { customer, admin, credentials, url } = world;
  const environment = Object.entries(credentials).map(([name, value]) => `${name}=${value}`);
  const ids = [customer.id, UNKNOWN_ID, admin.id, customer.id].map(String);
  /** What the client prints, errors too. */
  const find = (variables: readonly string[]) =>
    outputOf(language, ["sh", "-c", '"$@" 2>&1', "sh", "env", ...variables, ...language.find, url, ...ids]);
  await trial.step("users, and an id that nobody has", async () => {
    const named = `${customer.id} ${CUSTOMER.phone} John Doe`;
    expect((await find(environment)).split("\n")).to.deep.equal([
      named,
      `${UNKNOWN_ID} unknown`,
      `${admin.id} +237670000999 Admin User`,
      named,
    ]);
  });
  await trial.step("a wrong secret", async () => {
    const output = await find([...environment, "client_secret=wrong"]);
    expect(output).to.match(/identity service refuses this service:.*invalid_client/is);
  });
}

/** A token like `access` that another issuer signed. */
async function forge(access: string, changes: object = {}): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  const { typ, kid } = decodeProtectedHeader(access);
  return new SignJWT({ ...decodeJwt(access), ...changes })
    .setProtectedHeader({ alg: "ES256", ...(typ && { typ }), ...(kid && { kid }) })
    .sign(privateKey);
}

/** A token of the service itself. */
async function serviceToken({ url, credentials }: World): Promise<string> {
  const basic = Buffer.from(`${credentials.client_id}:${credentials.client_secret}`).toString("base64");
  const response = await fetch(`${url}/oauth2/token`, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function tryServer(trial: Trial, world: World): Promise<void> {
  const { customer, admin, credentials, url } = world;
  const billing = await startBilling(trial, { ...credentials, IDENTITY_URL: url });

  await trial.step("a person's own bills", async () => {
    const response = await billing.call("ListMyBills", customer.access);
    expect(response).to.have.nested.property("bills.length").above(0);
    expect(response)
      .to.have.nested.property("bills[0]")
      .that.includes({ id: `2026-01-${customer.id}` });
  });

  await trial.step("tokens that it refuses", async () => {
    const refused = {
      none: "",
      "that refreshes": customer.refresh,
      "of a service": await serviceToken(world),
      "signed with another key": await forge(customer.access),
      "of another issuer": await forge(customer.access, { iss: "https://identity.example" }),
    };
    for (const [name, token] of Object.entries(refused)) {
      for (const method of ["ListMyBills", "ListUnpaidBills"] as const) {
        expect(await billing.call(method, token), `a token ${name}`).to.match(/^UNAUTHENTICATED: /);
      }
    }
  });

  const listUnpaid = () => billing.call("ListUnpaidBills", admin.access);
  const expectNames = async () => {
    const { bills } = (await listUnpaid()) as { bills: { userId: number; customer: object | null }[] };
    const customers = new Map(bills.map((bill) => [bill.userId, bill.customer]));
    expect(customers.get(customer.id)).to.deep.equal({ phone: CUSTOMER.phone, fullName: "John Doe" });
    expect(customers.get(UNKNOWN_ID)).to.equal(null);
  };

  await trial.step("unpaid bills with their customers, for administrators", async () => {
    expect(await billing.call("ListUnpaidBills", customer.access)).to.match(/^PERMISSION_DENIED: /);
    await expectNames();
  });

  await trial.step("a service that is disabled, and enabled", async () => {
    await world.command("service", "disable", "billing");
    expect(await listUnpaid()).to.equal(REFUSED);
    await world.command("service", "enable", "billing");
    await expectNames();
  });

  await trial.step("an identity service that is down", async () => {
    await world.identity.stop();
    expect(await billing.call("ListMyBills", customer.access)).to.have.property("bills");
    expect(await listUnpaid()).to.match(/^UNAVAILABLE: /);
    const log = await billing.stop();
    expect(log).to.include('401: {"error":"invalid_client"').and.not.include(credentials.client_secret);
  });
}

const chosen = process.argv.slice(2);
const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name);
await runTrial("billing", [], async (trial) => {
  let world!: World;
  await trial.step("a customer, an administrator and a service", async () => {
    world = await startWorld(trial);
  });
  for (const language of languages) {
    const name = language.name.replace("billing/", "");
    if (!isChosen(name)) continue;
    await runTrial(`${name} client`, language.programs, (part) => tryLanguage(part, language, world));
  }
  // The last one, because it stops the identity service.
  if (isChosen("server")) await runTrial("billing server", [], (part) => tryServer(part, world));
});
