import { InvalidArgumentError } from "commander";

/** The bound of reasons in account_service.proto (characters). */
const MAX_REASON_LENGTH = 500;

/** Reads an option that must not be blank. */
export function parseText(option: string): string {
  const text = option.trim();
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

/** Reads the option `--reason` of acts on accounts, as AccountService takes it. */
export function parseReason(option: string): string {
  const reason = parseText(option);
  if (/\p{Cc}/u.test(reason)) throw new InvalidArgumentError("It must be on one line.");
  if ([...reason].length > MAX_REASON_LENGTH) {
    throw new InvalidArgumentError(`It must have at most ${MAX_REASON_LENGTH} characters.`);
  }
  return reason;
}
