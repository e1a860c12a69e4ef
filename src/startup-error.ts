import { ConfigError } from "./config.js";
import { DirectoryInUseError } from "./db/embedded/directory-lock.js";
import { PendingMigrationsError } from "./db/migrate.js";
import { DomainError } from "./errors.js";

/** A mistake that the person who started the program can fix. It is printed as one sentence, without a stack. */
export class UsageError extends Error {}

const SELF_EXPLANATORY = [ConfigError, DirectoryInUseError, PendingMigrationsError, UsageError];

/** What to print for an error that ends the program: a sentence, or the error itself if it is unexpected. */
export function describeStartupError(error: unknown): unknown {
  if (SELF_EXPLANATORY.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof DomainError && error.reason === "OVERLOADED") {
    return "The database does not answer: is DATABASE_URL right, and PostgreSQL running?";
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL") {
    return `The port can't be opened (${code}): choose another PORT or HOST.`;
  }
  return error;
}
