import { DomainError } from "../errors.js";
import { localize } from "../messages/catalogue.js";
import { describeStartupError } from "../startup-error.js";

/** Prints why a command failed on standard error: one line per error, and a stack only if the error is unexpected. */
export function reportFailure(error: unknown): void {
  const description = describeStartupError(error);
  if (description !== error || !(error instanceof DomainError)) {
    console.error(description);
    return;
  }
  const lines = error.fields.map(({ field, message }) => `${field}: ${localize("en", message)}`);
  console.error((lines.length > 0 ? lines : [localize("en", error.localizedMessage)]).join("\n"));
}
