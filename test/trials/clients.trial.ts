import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
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
import { runTrial, SkippedError, type Trial } from "./trial.js";

// Generates the clients in examples/ and asks the service with each who a user is: `npm run trials -- clients`.
// Python needs the packages in examples/python/requirements.txt, Java needs protoc and protoc-gen-grpc-java on PATH.

const { phone } = CUSTOMER;
const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const bin = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));
const run = promisify(execFile);

interface Language {
  /** The folder in `examples/`. */
  name: string;
  programs: readonly string[];
  /** A command that fails when the client's libraries are missing. */
  libraries?: readonly string[];
  /** Commands that generate and build the client. */
  build: readonly (readonly string[])[];
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

/** Runs a command in a language's folder and returns its output, whatever its exit status. */
async function execute(language: Language, [program = "", ...args]: readonly string[], mayFail: boolean) {
  const options = {
    cwd: examples + language.name,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  };
  const failed = (error: Error & { stdout: string }) => {
    if (!mayFail) throw error;
    return error;
  };
  const { stdout } = await run(program, args, options).catch(failed);
  return stripVTControlCharacters(stdout).trim();
}

async function tryLanguage(service: RunningService, language: Language): Promise<void> {
  for (const command of language.build) await execute(language, command, false);
  const ask = ({ access }: Tokens) =>
    execute(language, language.ask(`127.0.0.1:${service.port}`, `Bearer ${access}`), true);

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
  if (language.libraries) {
    await execute(language, language.libraries, false).catch(() => {
      throw new SkippedError("its libraries are not installed");
    });
  }
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
