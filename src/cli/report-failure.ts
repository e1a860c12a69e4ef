import { DomainError } from "../errors.js";
import { localize } from "../messages/catalogue.js";
import { describeStartupError } from "../startup-error.js";

/** Tells why a command failed, on standard error: one line a fault, and a stack only for what nobody foresaw. */
export function reportFailure(error: unknown): void {
  const words = describeStartupError(error);
  if (words !== error || !(error instanceof DomainError)) {
    console.error(words);
    return;
  }
  const lines = error.fields.map(({ field, message }) => `${field}: ${localize("en", message)}`);
  console.error((lines.length > 0 ? lines : [localize("en", error.localizedMessage)]).join("\n"));
}
