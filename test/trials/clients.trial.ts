import { expect } from "chai";
import {
  administratorOf,
  CUSTOMER,
  login,
  registerCustomer,
  succeed,
  type Tokens,
} from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { buildExample, type Example, outputOf } from "./example.js";
import { runTrial, type Trial } from "./trial.js";

// Generates the clients in examples/ and asks the service with each who a user is: `npm run trials -- clients`.
// Python needs the packages in examples/python/requirements.txt, Java needs protoc and protoc-gen-grpc-java on PATH.

const { phone } = CUSTOMER;

interface Language extends Example {
  /** The command that prints the status and the user for an address and an Authorization header. */
  ask(address: string, authorization: string): readonly string[];
}

const generate = ["buf", "generate"];
const languages: readonly Language[] = [
  {
    name: "node",
    programs: ["node"],
    build: [],
    ask: (address, authorization) => ["node", "who-is.mjs", address, authorization],
  },
  {
    name: "go",
    programs: ["go"],
    build: [generate, ["go", "vet", "./..."]],
    ask: (address, authorization) => ["go", "run", ".", address, authorization],
  },
  {
    name: "python",
    programs: ["python3"],
    libraries: ["python3", "-c", "import grpc_status, grpc_tools"],
    build: [generate],
    ask: (address, authorization) => ["python3", "who_is.py", address, authorization],
  },
  {
    name: "java",
    programs: ["mvn", "protoc", "protoc-gen-grpc-java"],
    build: [generate, ["mvn", "-q", "compile"]],
    ask: (address, authorization) => ["mvn", "-q", "exec:java", `-Dexec.args=${address} '${authorization}'`],
  },
];

async function tryLanguage(service: RunningService, language: Language): Promise<void> {
  const ask = ({ access }: Tokens) =>
    outputOf(language, language.ask(`127.0.0.1:${service.port}`, `Bearer ${access}`));

  const tokens = await login(service, CUSTOMER);
  expect(await ask(tokens)).to.match(/^200 \d+ \+237670000001 John Doe$/);
  await succeed(service, "logout", { refresh: tokens.refresh }, tokens.access);
  expect(await ask(tokens)).to.match(/^401 /);

  const others = await login(service, CUSTOMER);
  const admin = await login(service, await administratorOf(service));
  await succeed(service, "admin/users/set-active", { phone, is_active: false }, admin.access);
  expect(await ask(others)).to.match(/^401 /);
  await succeed(service, "admin/users/set-active", { phone, is_active: true }, admin.access);
}

async function tryClients(trial: Trial, language: Language): Promise<void> {
  await buildExample(language);
  const service = await runService({ DATA_DIR: `${trial.folder}/data` });
  trial.atEnd(() => service.stop());
  await registerCustomer(service);
  await trial.step("a user, an ended session, a deactivated account", () => tryLanguage(service, language));
}

const chosen = process.argv.slice(2);
for (const language of languages) {
  if (chosen.length > 0 && !chosen.includes(language.name)) continue;
  await runTrial(`${language.name} client`, language.programs, (trial) => tryClients(trial, language));
}
