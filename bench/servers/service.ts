import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { generousSmsBudget } from "../../test/support/generous-sms-budget.js";
import { generousLimits } from "../../test/support/service.js";
import { type Program, type ProgramOptions, runToEnd, startProgram } from "./program.js";
import type { Stores } from "./stores.js";

/** What a server has of its own: its database, its keys in Redis, its secrets. */
export interface Settings {
  DATABASE_URL: string;
  REDIS_URL: string;
  REDIS_PREFIX: string;
  TOKEN_SECRET: string;
  CODE_SECRET: string;
  AUDIT_SECRET: string;
  KEY_ENCRYPTION_SECRET: string;
  /** Empty: one process, without a supervisor. */
  WORKERS: string;
}

const secret = () => randomBytes(32).toString("base64url");

/** Builds a checkout. */
export async function build(folder: string): Promise<void> {
  await runToEnd("npm", ["run", "--silent", "build"], { folder });
}

/** Creates settings with a database that the built checkout in `folder` has migrated. */
export async function createSettings(
  stores: Stores,
  name: string,
  folder: string,
  workers: number | null = null,
): Promise<Settings> {
  const DATABASE_URL = await stores.createDatabase(`bench_${name}`);
  await runToEnd(process.execPath, ["dist/cli.js", "migrate"], { folder, environment: { DATABASE_URL } });
  return {
    DATABASE_URL,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: `${name}:`,
    TOKEN_SECRET: secret(),
    CODE_SECRET: secret(),
    AUDIT_SECRET: secret(),
    KEY_ENCRYPTION_SECRET: secret(),
    WORKERS: workers === null ? "" : String(workers),
  };
}

/**
 * The environment of a production server whose clients all live on one machine: nothing differs from what README
 * recommends but the limits of addresses and sessions, the SMS, which are printed, and the life of access tokens.
 */
function productionEnvironment(settings: Settings): Record<string, string> {
  return {
    ...settings,
    ...generousLimits,
    SMS_BUDGET: generousSmsBudget,
    NODE_ENV: "production",
    ALLOW_CONSOLE_SMS: "true",
    LOG_LEVEL: "info",
    // A run takes longer than the default of 15 minutes on a slow machine.
    ACCESS_TOKEN_TTL: "3600",
  };
}

/** What Node runs, and where. */
export type Runnable = Pick<ProgramOptions, "folder" | "args">;

/** What `npm start` runs in a built checkout; in a folder without an `.env` of a developer. */
export function builtService(checkout: string): Runnable {
  const manifest = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    scripts: { start: string };
  };
  const [, file = ""] = manifest.scripts.start.split(" ");
  return { folder: tmpdir(), args: [resolve(checkout, file)] };
}

/** Starts the service in production, with further variables in `environment`. */
export function startService(
  runnable: Runnable,
  settings: Settings,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  return startProgram({ ...runnable, environment: { ...productionEnvironment(settings), ...environment } });
}

/** Starts one of the programs in `bench/anchors`, with as many threads of libuv as the service. */
export function startAnchor(file: string, settings?: Settings): Promise<Program> {
  const threads = { UV_THREADPOOL_SIZE: String(availableParallelism() + 2) };
  const environment = { NODE_ENV: "production", ...threads, ...settings };
  return startProgram({ folder: ".", args: ["--import", "tsx", `bench/anchors/${file}`], environment });
}
