import type { Command } from "commander";
import { type ConfigExamination, examineConfig } from "../../config.js";
import type { Database } from "../../db/database.js";
import { openCliDatabase } from "../../infrastructure.js";
import { createSmsGateway } from "../../sms/create-sms-gateway.js";
import { UsageError } from "../../startup-error.js";
import { systemClock } from "../../system/clock.js";
import { createLogger } from "../../system/logger.js";
import { systemRandom } from "../../system/random.js";
import { readTextFile } from "../../system/read-text-file.js";
import type { Runner } from "../runner.js";
import type { CliStreams } from "../streams.js";
import { dataFolderCheck } from "./data-folder-check.js";
import { databaseChecks } from "./database-checks.js";
import { type Check, type Finding, ok, problem, skipped, warning } from "./finding.js";
import { redisCheck } from "./redis-check.js";
import { runChecks } from "./run-checks.js";
import { secretChecks } from "./secret-checks.js";
import { type SharedDatabase, shareDatabase } from "./shared-database.js";
import { smsChecks } from "./sms-checks.js";
import { tlsCheck } from "./tls-check.js";

/** Time (ms) for a statement, and for a response of the SMS gateway: less than a check has. */
const STATEMENT_TIMEOUT_MS = 3000;
const GATEWAY_TIMEOUT_MS = 5000;

/** Adds `doctor`, which looks at everything that the server uses, and changes nothing. */
export function addDoctorCommand(program: Command, run: Runner): void {
  program
    .command("doctor")
    .description(
      "check all that the server uses, and print a line for each: ok, skipped, warning or problem; what was checked; " +
        "what was found; what to do; exit 0 without problems, 1 with one",
    )
    .action(async () => {
      const examination = examineConfig(run.environment, "server", readTextFile);
      const shared = shareDatabase(() => openDatabase(examination));
      async function* lines() {
        for await (const finding of runChecks(checksOf(examination, shared, run.streams))) {
          if (finding.level === "problem") run.isNegative = true;
          yield run.isJson ? `${JSON.stringify(finding)}\n` : lineOf(finding);
        }
      }
      try {
        await run.print(lines());
      } finally {
        await shared.close();
      }
    });
}

function lineOf({ level, check, message, advice }: Finding & { check: string }): string {
  return `${[level, check, message, ...(advice === null ? [] : [advice])].join("\t")}\n`;
}

function checksOf(examination: ConfigExamination, shared: SharedDatabase, { stderr }: CliStreams): Check[] {
  const { config, unusable } = examination;
  const logger = createLogger("warn", stderr);
  const print = (line: string) => void stderr.write(`${line}\n`);
  const openGateway = () => createSmsGateway(config.sms, { logger, print, timeoutMs: GATEWAY_TIMEOUT_MS });
  const checks = [
    { name: "configuration", run: async () => judgeConfiguration(examination) },
    ...databaseChecks(shared, config, systemClock),
    redisCheck(config, systemRandom),
    ...smsChecks(config, { shared, clock: systemClock, openGateway }),
    ...secretChecks(config, shared, systemRandom),
    dataFolderCheck(config),
    tlsCheck(config, systemClock, logger),
  ];
  return checks.map((check) => {
    const bad = check.needs?.filter((name) => unusable.has(name)) ?? [];
    return bad.length === 0
      ? check
      : { ...check, run: async () => skipped(`${bad.join(", ")} can't be used`) };
  });
}

/** Opens the configured database, never another one. */
async function openDatabase({ config, unusable }: ConfigExamination): Promise<Database> {
  const isRequired = unusable.has("DATABASE_URL") || config.environment === "production";
  if (isRequired && !config.databaseUrl) throw new UsageError("DATABASE_URL is not set, or can't be used");
  return openCliDatabase(config, { creates: false, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
}

function judgeConfiguration({ problems, config }: ConfigExamination): Finding {
  const advice = "`config check` prints one per line, .env.example explains the variables";
  if (problems.length > 0) return problem(problems.join("; "), advice);
  if (config.warnings.length > 0) return warning(config.warnings.join("; "), advice);
  return ok("valid");
}
