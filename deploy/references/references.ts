import { configurationReference } from "./configuration-reference.js";
import { errorsReference } from "./errors-reference.js";
import { limitsReference } from "./limits-reference.js";

/** The pages that are made of the tables in the source, and what they hold now. */
export const REFERENCES: ReadonlyMap<string, () => string> = new Map([
  ["docs/configuration.md", configurationReference],
  ["docs/errors.md", errorsReference],
  ["docs/limits.md", limitsReference],
]);
