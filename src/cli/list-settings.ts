import * as z from "zod";
import type { Config, ConfigExamination } from "../config.js";
import { SECRET_VARIABLES } from "../config-files.js";
import { listEntries } from "../config-values.js";
import { environmentSchema } from "../config-variables.js";

/** A variable as it may be shown. */
export interface Setting {
  name: string;
  /** The value in force, without what is secret in it; null: there is none. */
  value: string | null;
  source: "environment" | "file" | "default";
  isSecret: boolean;
}

type Name = keyof typeof environmentSchema.shape;

const SECRETS: readonly string[] = SECRET_VARIABLES;
const URLS: readonly string[] = ["DATABASE_URL", "REDIS_URL"] satisfies Name[];

/** Defaults that depend on other variables, or on the machine. */
const DERIVED: { readonly [name in Name]?: (config: Config) => string } = {
  PUBLIC_URL: ({ publicUrl }) => publicUrl,
  TOKEN_ISSUER: ({ tokens }) => tokens.issuer,
  UV_THREADPOOL_SIZE: () => "by the number of cores",
};

/** Lists every variable. A value that is not valid is not shown: it may be a secret in the wrong place. */
export function listSettings(examination: ConfigExamination): Setting[] {
  return (Object.keys(environmentSchema.shape) as Name[]).map((name) => {
    const isSecret = SECRETS.includes(name);
    return { name, ...shownValue(examination, name, isSecret), isSecret };
  });
}

function shownValue(
  { config, variables, fromFiles, unusable }: ConfigExamination,
  name: Name,
  isSecret: boolean,
): Pick<Setting, "value" | "source"> {
  const isFromFile = (fromFiles as ReadonlySet<string>).has(name);
  const text = variables[name];
  if (text === undefined && !unusable.has(name)) {
    return { value: DERIVED[name]?.(config) ?? defaultOf(name), source: "default" };
  }
  const source = isFromFile || text === undefined ? "file" : "environment";
  if (text === undefined || unusable.has(name)) return { value: "not valid", source };
  if (URLS.includes(name)) return { value: withoutPassword(text), source };
  return { value: isSecret ? lengthsOf(text) : text, source };
}

/** The default of a variable as text; null if it has none. */
function defaultOf(name: Name): string | null {
  const schema: z.ZodType = environmentSchema.shape[name];
  const hasDefault = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return hasDefault ? String(schema.def.defaultValue) || null : null;
}

/** `set, 44 characters`, or `2 set, 44 and 32 characters`. */
function lengthsOf(text: string): string {
  const lengths = listEntries(text).map((entry) => entry.length);
  return `${lengths.length === 1 ? "" : `${lengths.length} `}set, ${lengths.join(" and ")} characters`;
}

/** Parameters of URLs that say how to connect. The values of others may be secret. */
const SHOWN_PARAMETERS: readonly string[] = ["host", "sslmode", "sslrootcert", "sslcert", "ca"];

/** A valid URL without password, fragment, and values of parameters that may be secret. */
function withoutPassword(url: string): string {
  const [, address = "", query] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  const shown = address.replace(/\/\/([^:@]*)(:.*)?@/, (_, user, password) =>
    password === undefined ? `//${user}@` : `//${user}:…@`,
  );
  if (!query) return shown;
  const parameters = query.split("&").map((parameter) => {
    const [name = ""] = parameter.split("=", 1);
    if (SHOWN_PARAMETERS.includes(name)) return parameter;
    return /^[A-Za-z_-]+$/.test(name) && name !== parameter ? `${name}=…` : "…";
  });
  return `${shown}?${parameters.join("&")}`;
}
