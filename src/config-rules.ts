import { listEntries, MIN_SECRET_LENGTH } from "./config-values.js";
import type { Variables } from "./config-variables.js";
import { parseRange } from "./system/ip-range.js";

// What environment variables demand of each other. The rules read the variables as they are written, so that a
// malformed one hides no problem of another.

const TWILIO_VARIABLES = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"] as const;
const KEY_VARIABLES = ["TOKEN_SECRET", "CODE_SECRET", "AUDIT_SECRET", "KEY_ENCRYPTION_SECRET"] as const;
type KeyVariable = (typeof KEY_VARIABLES)[number];

/**
 * What the process uses of the configuration: a server uses all of it, a command only the database, the database and
 * the account history, the database and the signing keys, or the gateway.
 */
export type ConfigScope = "server" | "database" | "audit" | "keys" | "sms";

/** The rules of production for what each scope uses. */
const PRODUCTION_RULES: Readonly<Record<ConfigScope, readonly ((variables: Variables) => string[])[]>> = {
  server: [
    requires("DATABASE_URL", "REDIS_URL", "TOKEN_SECRET", "CODE_SECRET"),
    requiresKeySecret,
    weakSecrets(...KEY_VARIABLES),
    consoleInProduction,
    everybodyTrusted,
  ],
  database: [requires("DATABASE_URL")],
  audit: [requires("DATABASE_URL"), requiresAuditKey, weakSecrets("CODE_SECRET", "AUDIT_SECRET")],
  keys: [requires("DATABASE_URL", "KEY_ENCRYPTION_SECRET"), weakSecrets("KEY_ENCRYPTION_SECRET")],
  sms: [consoleInProduction],
};

/** Lists the rules that the variables break, one line for each. */
export function brokenRules(variables: Variables, scope: ConfigScope): string[] {
  const rules = variables.NODE_ENV === "production" ? PRODUCTION_RULES[scope] : [];
  return [
    ...missingForTwilio(variables),
    ...halfOfTls(variables),
    ...metricsOnPort(variables),
    ...(scope === "server" ? unsharedWorkers(variables) : []),
    ...rules.flatMap((rule) => rule(variables)),
  ];
}

const setsTwilio = (variables: Variables) => TWILIO_VARIABLES.some((name) => variables[name]);

const usesConsole = ({ SMS_PROVIDER = "console" }: Variables) => SMS_PROVIDER === "console";

/** Whether a Twilio account is set that nothing uses. */
export const hasUnusedTwilio = (variables: Variables) => usesConsole(variables) && setsTwilio(variables);

function missingForTwilio(variables: Variables): string[] {
  if (variables.SMS_PROVIDER !== "twilio" && !setsTwilio(variables)) return [];
  return TWILIO_VARIABLES.filter((name) => !variables[name]).map((name) => `${name}: is required for Twilio`);
}

function halfOfTls({ TLS_CERT_FILE, TLS_KEY_FILE }: Variables): string[] {
  if (Boolean(TLS_CERT_FILE) === Boolean(TLS_KEY_FILE)) return [];
  return [`${TLS_CERT_FILE ? "TLS_KEY_FILE" : "TLS_CERT_FILE"}: is required for TLS`];
}

function metricsOnPort({ METRICS_PORT, PORT = "8000" }: Variables): string[] {
  return METRICS_PORT === PORT && PORT !== "0" ? ["METRICS_PORT: must be another one than PORT"] : [];
}

/** Workers share nothing but these: the embedded database serves one process, and memory counts the calls of one. */
function unsharedWorkers(variables: Variables): string[] {
  if (!variables.WORKERS || variables.NODE_ENV === "production") return [];
  return (["DATABASE_URL", "REDIS_URL"] as const)
    .filter((name) => !variables[name])
    .map((name) => `${name}: is required for WORKERS`);
}

function requires(...names: (keyof Variables)[]): (variables: Variables) => string[] {
  return (variables) =>
    names.filter((name) => !variables[name]).map((name) => `${name}: is required in production`);
}

/** A command that changes accounts records it under the server's key. */
function requiresAuditKey({ AUDIT_SECRET, CODE_SECRET }: Variables): string[] {
  if (AUDIT_SECRET || CODE_SECRET) return [];
  return [
    "AUDIT_SECRET: is required in production for the account history; without one on the server, set its CODE_SECRET",
  ];
}

/** With HS256 there are no keys to encrypt. */
function requiresKeySecret(variables: Variables): string[] {
  return variables.ACCESS_TOKEN_ALG === "HS256" ? [] : requires("KEY_ENCRYPTION_SECRET")(variables);
}

function consoleInProduction(variables: Variables): string[] {
  if (!usesConsole(variables) || variables.ALLOW_CONSOLE_SMS === "true") return [];
  const hint = hasUnusedTwilio(variables) ? "; the TWILIO_ variables alone do not set it" : "";
  return [
    `SMS_PROVIDER: console prints codes instead of sending them; in production set twilio, or ALLOW_CONSOLE_SMS=true${hint}`,
  ];
}

/** A range of all addresses would let every caller choose the address that it is counted by. */
function everybodyTrusted({ TRUSTED_PROXIES = "" }: Variables): string[] {
  return listEntries(TRUSTED_PROXIES).flatMap((entry, index) =>
    parseRange(entry)?.bits === 0
      ? [`TRUSTED_PROXIES: entry ${index + 1} is the whole address space, so anybody could forge an address`]
      : [],
  );
}

/** A random secret has more different characters: 32 hexadecimal digits have 14 on average. */
const MIN_DISTINCT_CHARACTERS = 8;
/** Longest sequence whose repetition counts as no secret. */
const MAX_PERIOD = 16;
/** Words of example secrets. None is written in hexadecimal digits, and base64 rarely contains one by chance. */
const EXAMPLE_WORDS =
  /change|replace|secret|password|example|sample|default|insecure|random|string|token|testing|trying|please|generate|production|development|characters|waterbill|identity/gi;

/** Whether the text is one short sequence over and over. */
function isRepetition(text: string): boolean {
  const periods = Array.from({ length: MAX_PERIOD }, (_, index) => index + 1);
  return periods.some((period) => text.startsWith(text.slice(period)));
}

/** Recognises placeholders, which other people know too. It can't recognise every weak secret. */
function isPlaceholder(text: string): boolean {
  const rest = text.replace(EXAMPLE_WORDS, "");
  return (
    rest.length < MIN_SECRET_LENGTH || new Set(rest).size < MIN_DISTINCT_CHARACTERS || isRepetition(rest)
  );
}

/** The secrets that are set, each with the variable that holds it. */
function setSecrets(variables: Variables, names: readonly KeyVariable[]) {
  return names.flatMap((name) => {
    const text = variables[name] ?? "";
    return listEntries(text)
      .filter((value) => value.length >= MIN_SECRET_LENGTH)
      .map((value) => ({ name, value }));
  });
}

function weakSecrets(...names: KeyVariable[]): (variables: Variables) => string[] {
  return (variables) => {
    const secrets = setSecrets(variables, names);
    const weak = secrets
      .filter(({ value }) => isPlaceholder(value))
      .map(
        ({ name }) =>
          `${name}: must be random, not an example or a repetition; \`openssl rand -base64 32\` prints a good one`,
      );
    const repeated = secrets.flatMap(({ name, value }, index) =>
      secrets
        .slice(0, index)
        .filter((other) => other.value === value && other.name !== name)
        .map((other) => `${name}: must not equal ${other.name}`),
    );
    return [...new Set([...weak, ...repeated])];
  };
}
