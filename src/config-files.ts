import type { Variables } from "./config-variables.js";
import { errorCode } from "./system/describe-error.js";

/** The variables that hold a secret. Each may be in a file instead, whose path is in `<name>_FILE`. */
export const SECRET_VARIABLES = [
  "DATABASE_URL",
  "REDIS_URL",
  "TOKEN_SECRET",
  "KEY_ENCRYPTION_SECRET",
  "CODE_SECRET",
  "AUDIT_SECRET",
  "TWILIO_AUTH_TOKEN",
  "OTEL_EXPORTER_OTLP_HEADERS",
] as const;
type SecretVariable = (typeof SECRET_VARIABLES)[number];

/** Environment variables, as a process has them. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Returns the text of a file. Throws if it can't be read. */
export type ReadFile = (path: string) => string;

/** The variables with those from files. */
export interface ReadVariables {
  /** The variables that are set, as they are written. */
  variables: Variables;
  /** The variables whose values are from files. */
  fromFiles: ReadonlySet<SecretVariable>;
  /** The variables whose files give no value. */
  unreadable: readonly SecretVariable[];
  /** What is wrong with variables that name files. No value, path or content is part of it. */
  problems: readonly string[];
}

/**
 * Replaces each `<name>_FILE` by the variable that it stands for. The value is the content of the file without white
 * space at its end. An empty variable counts as absent.
 */
export function readVariables(environment: EnvironmentVariables, readFile: ReadFile): ReadVariables {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const named = SECRET_VARIABLES.flatMap((name) => {
    const path = set[`${name}_FILE`];
    return path === undefined ? [] : [{ name, path }];
  });
  const twice = named.filter(({ name }) => set[name]);
  const files = named
    .filter(({ name }) => !set[name])
    .map(({ name, path }) => ({ name, ...readValue(path, readFile) }));
  const values = files.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]));
  return {
    variables: { ...set, ...Object.fromEntries(values) },
    fromFiles: new Set(values.map(([name]) => name)),
    unreadable: files.filter(({ value }) => value === null).map(({ name }) => name),
    problems: [
      ...twice.map(({ name }) => `${name}: is set, and ${name}_FILE too; set one of them`),
      ...files.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}_FILE: ${problem}`])),
    ],
  };
}

function readValue(
  path: string,
  readFile: ReadFile,
): { value: string; problem: null } | { value: null; problem: string } {
  try {
    const value = readFile(path).trimEnd();
    if (value === "") return { value: null, problem: "the file is empty" };
    if (/[\r\n]/.test(value)) {
      return { value: null, problem: "the file must have one line; several secrets are separated by commas" };
    }
    return { value, problem: null };
  } catch (error) {
    return {
      value: null,
      problem: `the file can't be read (${errorCode(Object(error)) ?? "unknown error"})`,
    };
  }
}
