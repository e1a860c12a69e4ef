import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";
import { expect } from "chai";
import { calls } from "../support/api-document.js";
import { sendDocumented } from "../support/documented/send-documented.js";
import { expectWalk, runWalk } from "../support/example-walk.js";
import {
  activationCode,
  administratorOf,
  CUSTOMER,
  login,
  registerCustomer,
  succeed,
} from "../support/rest-calls.js";
import { errorLines, runService } from "../support/running-service.js";
import { trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { runTrial, SkippedError, type Trial } from "./trial.js";

// Calls the service as its OpenAPI document says, and compares all responses with it: `npm run trials -- openapi`.
// TRIAL_INPUTS is the number of requests that we generate. Schemathesis generates others: it is on PATH after
// `pip install schemathesis`. openapi-python-client generates a client that walks from registration to sign-out: it and its
// libraries are there after `pip install openapi-python-client`, in the same environment as python3.

const INPUTS = Number(process.env.TRIAL_INPUTS || 5_000);
const STEP = 500;
/** A number without an account that may register. */
const NEWCOMER = "+237670000002";
/** Numbers without an account; two of them may register. */
const PHONES = [NEWCOMER, "+237670000003", "+237600000000", "+237670000009"];
const PASSWORDS = [CUSTOMER.password];
/** Inputs of Schemathesis for each operation and phase. */
const EXAMPLES = 40;
const CHECKS = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance"],
  ...["response_headers_conformance", "response_schema_conformance"],
];

const execute = promisify(execFile);
const seed = trialSeed();
const chosen = process.argv.slice(2);
const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name);

/** A service with an administrator and CUSTOMER. */
async function startService(trial: Trial) {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  trial.atEnd(stop);
  const service = await runService({
    ...generousLimits,
    DATA_DIR: `${trial.folder}/data`,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PASSWORD_HASH_QUEUE: "1000",
    ACCESS_TOKEN_TTL: "86400",
  });
  trial.atEnd(() => service.kill());
  const administrator = await administratorOf(service);
  await registerCustomer(service);
  return { service, origin: `http://127.0.0.1:${service.port}`, administrator };
}

if (isChosen("requests")) {
  await runTrial("openapi/requests", [], async (trial) => {
    const { service, origin, administrator } = await startService(trial);
    /** Every step has new tokens, because its requests end sessions: wrong current passwords do. */
    const acquaintance = async () => {
      const { access } = await login(service, administrator);
      // Its number is the document's example, so a request may have deactivated it.
      await succeed(service, "admin/users/set-active", { phone: CUSTOMER.phone, is_active: true }, access);
      const [customer, other] = [await login(service, CUSTOMER), await login(service, CUSTOMER)];
      return {
        tokens: [access, customer.access],
        fields: {
          phone: PHONES,
          new_phone: PHONES,
          password: PASSWORDS,
          password_confirm: PASSWORDS,
          current_password: PASSWORDS,
          refresh: [other.refresh],
          order_by: ["phone", "phone desc", "added_at", "date_joined"],
          page_token: [""],
        },
      };
    };
    const succeeded = new Set<string>();
    for (let first = 0; first < INPUTS; first += STEP) {
      const count = Math.min(STEP, INPUTS - first);
      await trial.step(`requests ${first + 1} to ${first + count}`, async () => {
        const run = { origin, seed: `${seed}/${first}`, count, acquaintance: await acquaintance() };
        const report = await sendDocumented(run);
        expect(report.faults.join("\n")).to.equal("");
        expect(errorLines(service.output()).join("\n")).to.equal("");
        for (const operation of report.succeeded) succeeded.add(operation);
        return Object.entries(report.statuses)
          .map(([status, times]) => `${status} × ${times}`)
          .join(", ");
      });
    }
    await trial.step("operations that succeeded", async () => `${succeeded.size} of ${calls.length}`);
  });
}

if (isChosen("schemathesis")) {
  await runTrial("openapi/schemathesis", ["schemathesis"], async (trial) => {
    const { service, origin, administrator } = await startService(trial);
    const { access } = await login(service, administrator);
    await trial.step("generated calls", async () => {
      const args = [
        ...["run", `${origin}/api/openapi.json`, "--url", origin, "--no-color"],
        ...["--checks", CHECKS.join(","), "--max-examples", String(EXAMPLES)],
        ...["--seed", String(Number.parseInt(seed, 36)), "--suppress-health-check", "all"],
        ...["--header", `Authorization: Bearer ${access}`],
        // Wrong current passwords end the session.
        ...["--exclude-path-regex", "change/request"],
      ];
      const run = execute("schemathesis", args, { maxBuffer: 2 ** 26, cwd: trial.folder });
      const { stdout } = await run.catch((error: { stdout: string }) => {
        throw new Error(error.stdout);
      });
      expect(errorLines(service.output()).join("\n")).to.equal("");
      return /\d+ generated.*/.exec(stdout)?.[0];
    });
  });
}

if (isChosen("generated-client")) {
  const programs = ["openapi-python-client", "python3"];
  await runTrial("openapi/generated-client", programs, async (trial) => {
    await execute("python3", ["-c", "import attrs, httpx"]).catch(() => {
      throw new SkippedError("its libraries are not installed");
    });
    await trial.step("a client by openapi-python-client", async () => {
      const client = `${trial.folder}/identity_client`;
      const args = ["--path", "gen/openapi.json", "--meta", "none", "--output-path", client];
      await execute("openapi-python-client", ["generate", ...args]);
      const files = readdirSync(`${client}/api`, { recursive: true, encoding: "utf8" });
      const operations = files.filter((file) => file.endsWith(".py") && !file.endsWith("__init__.py"));
      // The generator leaves out what it doesn't understand.
      expect(operations).to.have.length(calls.length);
      return `${operations.length} operations`;
    });
    const { service, origin } = await startService(trial);
    await trial.step("from registration to sign-out", async () => {
      const command = ["python3", "test/trials/generated_walk.py", NEWCOMER, origin];
      const walk = { command, environment: { PYTHONPATH: trial.folder } };
      const output = await runWalk(walk, () => activationCode(service, NEWCOMER));
      expectWalk(output, NEWCOMER, { code: "400", password: "401", profile: "400", refresh: "400" });
    });
  });
}
