import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { calls } from "../support/api-document.js";
import { sendDocumented } from "../support/documented/send-documented.js";
import { administratorOf, CUSTOMER, login, registerCustomer } from "../support/rest-calls.js";
import { errorLines, runService } from "../support/running-service.js";
import { trialSeed } from "../support/seeded-random.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { runTrial, type Trial } from "./trial.js";

// Calls the service as its OpenAPI document says, and compares all responses with it: `npm run trials -- openapi`.
// TRIAL_INPUTS is the number of requests that we generate. Schemathesis generates others: it is on PATH after
// `pip install schemathesis`.

const INPUTS = Number(process.env.TRIAL_INPUTS || 5_000);
const STEP = 500;
/** Numbers without an account; two of them may register. */
const PHONES = ["+237670000002", "+237670000003", "+237600000000", "+237670000009"];
const PASSWORDS = [CUSTOMER.password];
/** Inputs of Schemathesis for each operation and phase. */
const EXAMPLES = 40;
const CHECKS = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance"],
  ...["response_headers_conformance", "response_schema_conformance"],
];

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
      const [customer, other] = [await login(service, CUSTOMER), await login(service, CUSTOMER)];
      return {
        tokens: [(await login(service, administrator)).access, customer.access],
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
      const run = promisify(execFile)("schemathesis", args, { maxBuffer: 2 ** 26, cwd: trial.folder });
      const { stdout } = await run.catch((error: { stdout: string }) => {
        throw new Error(error.stdout);
      });
      expect(errorLines(service.output()).join("\n")).to.equal("");
      return /\d+ generated.*/.exec(stdout)?.[0];
    });
  });
}
