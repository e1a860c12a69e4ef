import type { Writable } from "node:stream";
import { DomainError } from "../errors.js";
import { localize } from "../messages/catalogue.js";
import { describeStartupError } from "../startup-error.js";

/** Writes why a command failed: one line per error, and a stack only if the error is unexpected. */
export function reportFailure(stderr: Writable, error: unknown): void {
  stderr.write(`${describeFailure(error)}\n`);
}

function describeFailure(error: unknown): string {
  if (!(error instanceof DomainError) || error.reason === "OVERLOADED") return describeStartupError(error);
  const lines = error.fields.map(({ field, message }) => `${field}: ${localize("en", message)}`);
  return (lines.length > 0 ? lines : [localize("en", error.localizedMessage)]).join("\n");
}
