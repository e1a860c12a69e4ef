import * as z from "zod";
import { rates, smsBudgets } from "./config-rates.js";
import {
  callingCodes,
  flag,
  host,
  oneOf,
  postgresUrl,
  ranges,
  redisUrl,
  region,
  secret,
  secrets,
  sharedNetworks,
  text,
  webUrl,
  whole,
  words,
} from "./config-values.js";

/**
 * Every environment variable, its format and its default. `.env.example` says what each one is for. What variables
 * demand of each other is in `config-rules.ts`, so a program may also read a part of these with `pick`.
 */
export const environmentSchema = z.object({
  NODE_ENV: oneOf("development", "production", "test").default("development"),
  HOST: host.default("0.0.0.0"),
  PORT: whole(0, 65_535).default(8000),
  SHUTDOWN_DELAY: whole(0, 3600).default(0),
  LOG_LEVEL: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent").default("info"),
  DATA_DIR: text.default(".data"),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_POOL_SIZE: whole(1).default(10),
  REDIS_URL: redisUrl.optional(),
  REDIS_PREFIX: text.default("waterbill:limits:"),
  TOKEN_SECRET: secret.optional(),
  CODE_SECRET: secret.optional(),
  AUDIT_SECRET: secrets.optional(),
  TOKEN_ISSUER: text.default("https://identity.waterbill.app"),
  TOKEN_AUDIENCE: text.default("waterbill"),
  ACCESS_TOKEN_TTL: whole(1).default(900),
  REFRESH_TOKEN_TTL: whole(1).default(604_800),
  REFRESH_REUSE_GRACE: whole(0).default(10),
  SESSION_MAX_AGE: whole(1).default(15_552_000),
  REAUTHENTICATION_WINDOW: whole(0).default(300),
  PHONE_CHANGE_UNDO: whole(3600).default(86_400),
  ACTIVATION_NEEDS_REGISTRATION: flag.default(false),
  PASSWORD_MIN_LENGTH: whole(1, 128).default(8),
  PASSWORD_FORBIDDEN_WORDS: words.prefault("waterbill,cameroun,cameroon"),
  PASSWORD_HASH_QUEUE: whole(1).default(64),
  UV_THREADPOOL_SIZE: whole(1, 1024).default(4),
  DEFAULT_REGION: region.optional(),
  PHONE_POLICY: oneOf("length", "possible", "valid", "mobile").default("length"),
  SMS_PROVIDER: oneOf("console", "twilio").default("console"),
  ALLOW_CONSOLE_SMS: flag.default(false),
  TWILIO_ACCOUNT_SID: z.string().startsWith("AC", "must start with AC").optional(),
  TWILIO_AUTH_TOKEN: text.optional(),
  TWILIO_FROM_NUMBER: text.optional(),
  PUBLIC_URL: webUrl.optional(),
  SMS_PAUSED: flag.default(false),
  SMS_COUNTRIES: callingCodes.optional(),
  SMS_BUDGET: smsBudgets.prefault(
    "total=1000/hour,10000/day;country=800/hour,8000/day;address=60/hour,300/day",
  ),
  FRONTEND_URL: webUrl.default("https://waterbill.app"),
  TRUSTED_PROXIES: ranges.default([]),
  SHARED_NETWORKS: sharedNetworks.default([]),
  MAX_CONNECTIONS_PER_ADDRESS: whole(1).default(256),
  LIMIT_LOGIN: rates.prefault("15/minute"),
  LIMIT_REGISTER: rates.prefault("10/minute"),
  LIMIT_ACTIVATE: rates.prefault("5/minute"),
  LIMIT_PHONE_BASED: rates.prefault("3/minute"),
  LIMIT_RESEND_CODE: rates.prefault("1/minute,5/day"),
  LIMIT_RESEND_CODE_IP: rates.prefault("10/minute"),
  LIMIT_FORGOT: rates.prefault("5/minute"),
  LIMIT_AUTH: rates.prefault("30/minute"),
  LIMIT_UNAUTHENTICATED: rates.prefault("60/minute"),
  LIMIT_SENSITIVE: rates.prefault("3/minute"),
  LIMIT_ADMIN: rates.prefault("1000/hour"),
  LIMIT_USER: rates.prefault("2000/hour"),
  LIMIT_ANON: rates.prefault("500/hour"),
});

export type Environment = z.output<typeof environmentSchema>;

/** The variables that are set, as they are written. */
export type Variables = Readonly<Partial<Record<keyof Environment, string>>>;
