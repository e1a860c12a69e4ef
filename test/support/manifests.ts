import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { parseAllDocuments } from "yaml";
import { SECRET_VARIABLES } from "../../src/config-files.js";
import { environmentSchema } from "../../src/config-variables.js";

/** The variables that the service reads, with those that name files of secrets. */
export const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  ...Object.keys(environmentSchema.shape),
  ...SECRET_VARIABLES.map((name) => `${name}_FILE`),
]);

/** Reads the only document of a YAML file. Throws if it isn't valid, or has a key twice. */
export function readYaml<T>(file: string): T {
  const documents = parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1", merge: true });
  if (!Array.isArray(documents) || documents.length !== 1) throw new Error(`${file} has not one document`);
  const [document] = documents;
  if (document!.errors.length > 0) throw document!.errors[0]!;
  return document!.toJS() as T;
}

/** The variables of a file as Kustomize's `configMapGenerator` reads it. */
export const readEnvFile = (file: string) => parseEnv(readFileSync(file, "utf8"));

/** The YAML files of a folder and those below it. */
export const yamlFiles = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => join(folder, file));

/** For `readConfig`: a random secret, or the URL that the name of the file asks for. */
export function readMountedSecret(path: string): string {
  if (path.endsWith("/database-url")) return "postgres://waterbill:secret@postgres:5432/waterbill\n";
  if (path.endsWith("/redis-url")) return "redis://redis:6379\n";
  return `${Buffer.from(path).toString("hex")}${"0f1e2d3c4b5a6978"}\n`;
}
