import { z } from "zod";
import { flag, list, positive, rates, region, secret, webUrl, whole } from "./config-values.js";
import { LoggableError } from "./system/loggable-error.js";

/** Every environment variable, its format and its default. `.env.example` says what each one is for. */
const environmentSchema = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  HOST: z.string().default("0.0.0.0"),
  PORT: whole.min(0).max(65_535).default(8000),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  DATA_DIR: z.string().default(".data"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_POOL_SIZE: positive.default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PREFIX: z.string().default("waterbill:limits:"),
  TOKEN_SECRET: secret.optional(),
  CODE_SECRET: secret.optional(),
  TOKEN_ISSUER: z.string().min(1).default("https://identity.waterbill.app"),
  TOKEN_AUDIENCE: z.string().min(1).default("waterbill"),
  ACCESS_TOKEN_TTL: positive.default(900),
  REFRESH_TOKEN_TTL: positive.default(604_800),
  REFRESH_REUSE_GRACE: whole.min(0).default(10),
  PASSWORD_MIN_LENGTH: whole.min(1).max(128).default(8),
  PASSWORD_HASH_QUEUE: positive.default(64),
  UV_THREADPOOL_SIZE: positive.default(4),
  DEFAULT_REGION: region.optional(),
  PHONE_POLICY: z.enum(["length", "possible", "valid", "mobile"]).default("length"),
  SMS_PROVIDER: z.enum(["console", "twilio"]).default("console"),
  ALLOW_CONSOLE_SMS: flag.default(false),
  TWILIO_ACCOUNT_SID: z.string().startsWith("AC", "must start with AC").optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM_NUMBER: z.string().optional(),
  FRONTEND_URL: webUrl.default("https://waterbill.app"),
  TRUSTED_PROXIES: list.default([]),
  LIMIT_LOGIN: rates.prefault("15/minute"),
  LIMIT_REGISTER: rates.prefault("10/minute"),
  LIMIT_ACTIVATE: rates.prefault("5/minute"),
  LIMIT_PHONE_BASED: rates.prefault("3/minute"),
  LIMIT_RESEND_CODE: rates.prefault("1/minute,5/day"),
  LIMIT_FORGOT: rates.prefault("5/minute"),
  LIMIT_AUTH: rates.prefault("30/minute"),
  LIMIT_SENSITIVE: rates.prefault("3/minute"),
  LIMIT_ADMIN: rates.prefault("1000/hour"),
  LIMIT_USER: rates.prefault("2000/hour"),
  LIMIT_ANON: rates.prefault("500/hour"),
});

type Environment = z.output<typeof environmentSchema>;

const TWILIO_VARIABLES = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"] as const;

/** What the process uses of the configuration: a server uses all of it, a command only the database or the gateway. */
export type ConfigScope = "server" | "database" | "sms";

const PRODUCTION_VARIABLES = {
  server: ["DATABASE_URL", "REDIS_URL", "TOKEN_SECRET", "CODE_SECRET"],
  database: ["DATABASE_URL"],
  sms: [],
} as const satisfies Record<ConfigScope, readonly (keyof Environment)[]>;

/** Lists the variables that the others make necessary and that are missing. */
function missingVariables(env: Environment, scope: ConfigScope): string[] {
  const isProduction = env.NODE_ENV === "production";
  return [...missingForTwilio(env), ...(isProduction ? missingInProduction(env, scope) : [])];
}

function missingForTwilio(env: Environment): string[] {
  const usesTwilio = env.SMS_PROVIDER === "twilio" || TWILIO_VARIABLES.some((name) => env[name]);
  if (!usesTwilio) return [];
  return TWILIO_VARIABLES.filter((name) => !env[name]).map((name) => `${name}: is required for Twilio`);
}

function missingInProduction(env: Environment, scope: ConfigScope): string[] {
  const problems = PRODUCTION_VARIABLES[scope]
    .filter((name) => !env[name])
    .map((name) => `${name}: is required in production`);
  if (scope !== "database" && env.SMS_PROVIDER === "console" && !env.ALLOW_CONSOLE_SMS) {
    problems.push(
      "SMS_PROVIDER: console prints codes instead of sending them; in production set twilio, or ALLOW_CONSOLE_SMS=true",
    );
  }
  return problems;
}

function smsConfig(env: Environment) {
  if (env.SMS_PROVIDER === "console") return { provider: "console" as const };
  return {
    provider: "twilio" as const,
    accountSid: env.TWILIO_ACCOUNT_SID ?? "",
    authToken: env.TWILIO_AUTH_TOKEN ?? "",
    fromNumber: env.TWILIO_FROM_NUMBER ?? "",
  };
}

function toConfig(env: Environment) {
  return {
    environment: env.NODE_ENV,
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    /** Folder of the embedded database, the generated keys and the sockets. */
    dataDir: env.DATA_DIR,
    /** Absent: the embedded database is used. */
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    /** Absent: rate limits are counted in memory. */
    redisUrl: env.REDIS_URL,
    /** Prefix of every key in Redis. */
    redisPrefix: env.REDIS_PREFIX,
    /** Absent: generated at the first start and stored in `dataDir`. */
    tokenSecret: env.TOKEN_SECRET,
    codeSecret: env.CODE_SECRET,
    tokens: {
      issuer: env.TOKEN_ISSUER,
      audience: env.TOKEN_AUDIENCE,
      accessTtlSeconds: env.ACCESS_TOKEN_TTL,
      refreshTtlSeconds: env.REFRESH_TOKEN_TTL,
      reuseGraceSeconds: env.REFRESH_REUSE_GRACE,
    },
    passwords: {
      minLength: env.PASSWORD_MIN_LENGTH,
      hashQueue: env.PASSWORD_HASH_QUEUE,
      /** Size of libuv's thread pool, which password hashes share with token checks and DNS lookups. */
      poolThreads: env.UV_THREADPOOL_SIZE,
    },
    phones: { defaultRegion: env.DEFAULT_REGION, policy: env.PHONE_POLICY },
    sms: smsConfig(env),
    frontendUrl: env.FRONTEND_URL,
    trustedProxies: env.TRUSTED_PROXIES,
    limits: {
      login: env.LIMIT_LOGIN,
      register: env.LIMIT_REGISTER,
      activate: env.LIMIT_ACTIVATE,
      phone_based: env.LIMIT_PHONE_BASED,
      resend_code: env.LIMIT_RESEND_CODE,
      forgot: env.LIMIT_FORGOT,
      auth: env.LIMIT_AUTH,
      sensitive: env.LIMIT_SENSITIVE,
      admin: env.LIMIT_ADMIN,
      user: env.LIMIT_USER,
      anon: env.LIMIT_ANON,
    },
  };
}

/** The validated configuration. Durations are in seconds. */
export type Config = Readonly<ReturnType<typeof toConfig>>;

/** A limit's name in contract.md, section 7. */
export type LimitName = keyof Config["limits"];

/** The environment is not a valid configuration. The message lists every problem, and never a value. */
export class ConfigError extends LoggableError {
  constructor(problems: readonly string[]) {
    super(`The configuration is invalid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

/**
 * Reads the configuration. An empty variable counts as absent. Production requires only the variables that `scope` uses;
 * those that are set must be valid. Throws a ConfigError that lists every problem.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  scope: ConfigScope = "server",
): Config {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(variables);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
  }
  const problems = missingVariables(parsed.data, scope);
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}
