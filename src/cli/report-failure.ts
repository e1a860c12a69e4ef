import { DomainError } from "../errors.js";
import { finalWords } from "../infrastructure.js";
import { say } from "../messages/catalogue.js";

/** Tells why a command failed, on standard error: one line a fault, and a stack only for what nobody foresaw. */
export function reportFailure(error: unknown): void {
  const words = finalWords(error);
  if (words !== error || !(error instanceof DomainError)) {
    console.error(words);
    return;
  }
  const faults = error.fields.map(({ field, sentence }) => `${field}: ${say("en", sentence)}`);
  console.error((faults.length > 0 ? faults : [say("en", error.sentence)]).join("\n"));
}
