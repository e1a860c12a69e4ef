import { expect } from "chai";
import { expectWalk, openPoorLine, runWalk } from "../support/example-walk.js";
import {
  activationCode,
  administratorOf,
  CUSTOMER,
  login,
  registerCustomer,
  succeed,
  type Tokens,
} from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { buildExample, type Example, environment, folderOf, outputOf } from "./example.js";
import { runTrial, type Trial } from "./trial.js";

// Generates the clients in examples/ and asks the service with each who a user is, and walks from registration to sign-out:
// `npm run trials -- clients`. test/examples/walks.test.ts runs the walks that need nothing installed.
// Python needs the packages in examples/python/requirements.txt, Java needs protoc and protoc-gen-grpc-java on PATH.

const { phone } = CUSTOMER;

interface Language extends Example {
  /** The command that prints the status and the user for an address and an Authorization header. */
  ask?(address: string, authorization: string): readonly string[];
  /** The command that walks from registration to sign-out. */
  walk?(phone: string, url: string): readonly string[];
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
    walk: (...args) => ["go", "run", "./walk", ...args],
  },
  {
    name: "connect-go",
    programs: ["go"],
    build: [generate, ["go", "vet", "./..."]],
    walk: (...args) => ["go", "run", ".", ...args],
  },
  {
    name: "python",
    programs: ["python3"],
    libraries: ["python3", "-c", "import grpc_status, grpc_tools"],
    build: [generate],
    ask: (address, authorization) => ["python3", "who_is.py", address, authorization],
    walk: (...args) => ["python3", "walk_grpc.py", ...args],
  },
  {
    name: "java",
    programs: ["mvn", "protoc", "protoc-gen-grpc-java"],
    build: [generate, ["mvn", "-q", "compile"]],
    ask: (address, authorization) => ["mvn", "-q", "exec:java", `-Dexec.args=${address} '${authorization}'`],
    walk: (...args) => ["mvn", "-q", "exec:java", "-Dexec.mainClass=Walk", `-Dexec.args=${args.join(" ")}`],
  },
  {
    name: "grpcurl",
    programs: ["grpcurl"],
    build: [],
    walk: (...args) => ["sh", "walk.sh", ...args],
  },
];

async function askWhoIs(
  service: RunningService,
  language: Language,
  ask: NonNullable<Language["ask"]>,
): Promise<void> {
  const answer = ({ access }: Tokens) =>
    outputOf(language, ask(`127.0.0.1:${service.port}`, `Bearer ${access}`));

  const tokens = await login(service, CUSTOMER);
  expect(await answer(tokens)).to.match(/^200 \d+ \+237670000001 John Doe$/);
  await succeed(service, "logout", { refresh: tokens.refresh }, tokens.access);
  expect(await answer(tokens)).to.match(/^401 /);

  const others = await login(service, CUSTOMER);
  const admin = await login(service, await administratorOf(service));
  await succeed(service, "admin/users/set-active", { phone, is_active: false }, admin.access);
  expect(await answer(others)).to.match(/^401 /);
  await succeed(service, "admin/users/set-active", { phone, is_active: true }, admin.access);
}

/** The first connection breaks, and the second login in a second has to wait. */
async function walk(
  service: RunningService,
  language: Language,
  command: NonNullable<Language["walk"]>,
): Promise<void> {
  const line = await openPoorLine(service.port);
  try {
    const program = {
      command: command(phone, `http://127.0.0.1:${line.port}`),
      cwd: folderOf(language),
      environment,
    };
    expectWalk(await runWalk(program, () => activationCode(service, phone)), phone);
  } finally {
    line.close();
  }
}

async function tryClients(trial: Trial, language: Language): Promise<void> {
  await buildExample(language);
  const start = async (variables: Record<string, string>) => {
    const service = await runService(variables);
    trial.atEnd(() => service.stop());
    return service;
  };
  const { ask, walk: walks } = language;
  if (ask) {
    const service = await start({ DATA_DIR: `${trial.folder}/data` });
    await registerCustomer(service);
    await trial.step("a user, an ended session, a deactivated account", () =>
      askWhoIs(service, language, ask),
    );
  }
  if (walks) {
    const service = await start({ DATA_DIR: `${trial.folder}/walk`, LIMIT_LOGIN: "1/second" });
    await trial.step("from registration to sign-out", () => walk(service, language, walks));
  }
}

const chosen = process.argv.slice(2);
for (const language of languages) {
  if (chosen.length > 0 && !chosen.includes(language.name)) continue;
  await runTrial(`${language.name} client`, language.programs, (trial) => tryClients(trial, language));
}
