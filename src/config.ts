import { defaultPublicUrl, metricsAddress, namesIn, smsConfig, tlsFiles } from "./config-derived.js";
import {
  type EnvironmentVariables,
  type ReadFile,
  type ReadVariables,
  readVariables,
} from "./config-files.js";
import { brokenRules, type ConfigScope } from "./config-rules.js";
import { traceConfig } from "./config-traces.js";
import { DEFAULT_PUBLIC_URL } from "./config-values.js";
import { type Environment, environmentSchema } from "./config-variables.js";
import { configWarnings } from "./config-warnings.js";
import { LoggableError } from "./system/loggable-error.js";

function toConfig(env: Environment, warnings: readonly string[]) {
  const publicUrl = env.PUBLIC_URL ?? defaultPublicUrl(env);
  const issuer = env.TOKEN_ISSUER ?? publicUrl;
  return {
    environment: env.NODE_ENV,
    host: env.HOST,
    port: env.PORT,
    /** The files of the port's certificate; null: the port is in clear text. */
    tls: tlsFiles(env),
    /** Whether the documents of the API are served. */
    servesDocs: env.DOCS ?? env.NODE_ENV !== "production",
    /** Whether the administrators' console is served. */
    servesConsole: env.CONSOLE,
    /** Time between "not ready" and closing the port, so that load balancers notice first. */
    shutdownDelaySeconds: env.SHUTDOWN_DELAY,
    /** How many processes a supervisor keeps running on the port; null: this one serves, without a supervisor. */
    workers: env.WORKERS ?? null,
    /** Where the metrics are read; null: nothing is counted. */
    metrics: metricsAddress(env),
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT ?? null },
    traces: traceConfig(env),
    /** Folder of the embedded database, the generated keys and the sockets. */
    dataDir: env.DATA_DIR,
    /** Absent: the embedded database is used. */
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    /** False: statements are never prepared. True: until a pooler loses one. */
    preparesStatements: env.DATABASE_PREPARED === "auto",
    /** Absent: rate limits are counted in memory. */
    redisUrl: env.REDIS_URL,
    redisPrefix: env.REDIS_PREFIX,
    /** The first one signs, all verify. Empty: one is generated at the first start and stored in `dataDir`. */
    tokenSecrets: env.TOKEN_SECRET ?? [],
    /** The first one encrypts the keys of access tokens, all decrypt them. Empty: like `tokenSecrets`. */
    keyEncryptionSecrets: env.KEY_ENCRYPTION_SECRET ?? [],
    /** The first one is the key of new digests, all verify them. Empty: like `tokenSecrets`. */
    codeSecrets: env.CODE_SECRET ?? [],
    /** The first one seals the account history, all verify it. Empty: CODE_SECRET does both. */
    auditSecrets: env.AUDIT_SECRET ?? [],
    tokens: {
      issuer,
      /**
       * Earlier versions issue all tokens with it, and demand it of refresh tokens: those keep it, so that both versions
       * run side by side.
       */
      formerIssuer: env.TOKEN_ISSUER ?? DEFAULT_PUBLIC_URL,
      accessAlgorithm: env.ACCESS_TOKEN_ALG,
      accessType: env.ACCESS_TOKEN_TYP,
      audience: env.TOKEN_AUDIENCE,
      accessTtlSeconds: env.ACCESS_TOKEN_TTL,
      /** Lifetime of an internal service's access token. */
      serviceTtlSeconds: env.SERVICE_TOKEN_TTL,
      /** The longest lifetime of an access token: its key must verify for that long. */
      longestAccessTtlSeconds: Math.max(env.ACCESS_TOKEN_TTL, env.SERVICE_TOKEN_TTL),
      refreshTtlSeconds: env.REFRESH_TOKEN_TTL,
      reuseGraceSeconds: env.REFRESH_REUSE_GRACE,
      sessionMaxAgeSeconds: env.SESSION_MAX_AGE,
    },
    /** How long a key of access tokens is published before it signs, and how long it signs. */
    keys: { prepublishSeconds: env.KEY_PREPUBLISH, rotationSeconds: env.KEY_ROTATION },
    /** Time after a sign-in in which its session may do without the current password. */
    reauthenticationWindowSeconds: env.REAUTHENTICATION_WINDOW,
    /** Time after a phone change in which the old number's holder can undo it. */
    phoneChangeUndoSeconds: env.PHONE_CHANGE_UNDO,
    /** Time from the confirmation that an account is to be deleted to its erasure. */
    accountDeletionSeconds: env.ACCOUNT_DELETION_DELAY,
    /** The methods for administrators refuse sessions that have not passed the second step. */
    demandsSecondFactor: env.ADMIN_SECOND_FACTOR === "sms",
    passwords: {
      minLength: env.PASSWORD_MIN_LENGTH,
      /** Words that no password may consist of: those of the product, and the names in the issuer's host. */
      forbiddenWords: [...env.PASSWORD_FORBIDDEN_WORDS, ...namesIn(issuer)],
      hashQueue: env.PASSWORD_HASH_QUEUE,
      /** Size of libuv's thread pool, which password hashes share with token checks and DNS lookups. */
      poolThreads: env.UV_THREADPOOL_SIZE,
    },
    /** Activate and ResendCode refuse calls without a registration. */
    activationNeedsRegistration: env.ACTIVATION_NEEDS_REGISTRATION,
    phones: { defaultRegion: env.DEFAULT_REGION, policy: env.PHONE_POLICY },
    sms: smsConfig(env),
    /** Where the service itself is reached from outside; links to its own pages start with it. */
    publicUrl,
    smsBudget: { isPaused: env.SMS_PAUSED, countries: env.SMS_COUNTRIES ?? null, budgets: env.SMS_BUDGET },
    frontendUrl: env.FRONTEND_URL,
    /** Origins whose web pages may call the service from browsers. */
    corsAllowedOrigins: env.CORS_ALLOWED_ORIGINS,
    /** Addresses whose `X-Forwarded-For` is believed. */
    trustedProxies: env.TRUSTED_PROXIES,
    /** Connections that one address may hold of this process, unless it is a trusted proxy. */
    maxConnectionsPerAddress: env.MAX_CONNECTIONS_PER_ADDRESS,
    /** Networks in which many customers share an address. */
    sharedNetworks: env.SHARED_NETWORKS,
    limits: {
      login: env.LIMIT_LOGIN,
      register: env.LIMIT_REGISTER,
      activate: env.LIMIT_ACTIVATE,
      phone_based: env.LIMIT_PHONE_BASED,
      resend_code: env.LIMIT_RESEND_CODE,
      resend_code_ip: env.LIMIT_RESEND_CODE_IP,
      forgot: env.LIMIT_FORGOT,
      auth: env.LIMIT_AUTH,
      unauthenticated: env.LIMIT_UNAUTHENTICATED,
      sensitive: env.LIMIT_SENSITIVE,
      admin: env.LIMIT_ADMIN,
      service: env.LIMIT_SERVICE,
      oauth: env.LIMIT_OAUTH,
      user: env.LIMIT_USER,
      anon: env.LIMIT_ANON,
    },
    /** What is allowed and probably a mistake, for the log. No value is part of it. */
    warnings,
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

/** What was found in the environment. */
export interface ConfigExamination extends Omit<ReadVariables, "unreadable"> {
  /** The configuration without the values that can't be used. It is the server's or command's if there is no problem. */
  config: Config;
  /** What keeps the program from starting, one line for each. No value is part of it. */
  problems: readonly string[];
  /** The variables whose values can't be used: malformed ones, and those whose files can't be read. */
  unusable: ReadonlySet<string>;
}

/** Reads the configuration as `readConfig` does, and returns everything that is wrong instead of throwing it. */
export function examineConfig(
  environment: EnvironmentVariables,
  scope: ConfigScope,
  readFile: ReadFile,
): ConfigExamination {
  const { unreadable, ...read } = readVariables(environment, readFile);
  // What is in a file is set, even if the file can't be read: that is one problem, not two.
  const named = { ...read.variables, ...Object.fromEntries(unreadable.map((name) => [name, "unreadable"])) };
  const parsed = environmentSchema.safeParse(read.variables);
  const issues = parsed.error?.issues ?? [];
  const malformed = issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const unusable = new Set([...issues.map((issue) => String(issue.path[0])), ...unreadable]);
  const usable = Object.fromEntries(Object.entries(read.variables).filter(([name]) => !unusable.has(name)));
  return {
    ...read,
    config: toConfig(parsed.data ?? environmentSchema.parse(usable), configWarnings(named, scope)),
    problems: [...read.problems, ...malformed, ...brokenRules(named, scope)],
    unusable,
  };
}

/** For an environment that names no files. */
const noFiles: ReadFile = () => {
  throw new LoggableError("no file can be read");
};

/**
 * Reads the configuration. An empty variable counts as absent; a secret may be in a file, which `readFile` reads.
 * Production requires only the variables that `scope` uses; those that are set must be valid. Throws a ConfigError that
 * lists every problem.
 */
export function readConfig(
  environment: EnvironmentVariables,
  scope: ConfigScope = "server",
  readFile: ReadFile = noFiles,
): Config {
  const { config, problems } = examineConfig(environment, scope, readFile);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
