import { InvalidArgumentError } from "commander";

/** Reads the option `--reason` of acts that the history keeps a reason of. */
export function parseReason(text: string): string {
  const reason = text.trim();
  if (reason === "") throw new InvalidArgumentError("It must not be empty.");
  return reason;
}
