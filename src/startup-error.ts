import { ConfigError } from "./config.js";
import { DirectoryInUseError } from "./db/embedded/directory-lock.js";
import { PendingMigrationsError } from "./db/migrate.js";
import { DomainError } from "./errors.js";

/** A mistake that the person who started the program can fix. Only its message is printed, without the stack. */
export class UsageError extends Error {}

const SELF_EXPLANATORY = [ConfigError, DirectoryInUseError, PendingMigrationsError, UsageError];

/** Returns what to print for an error that ends the program: a message, or the error itself if it is unexpected. */
export function describeStartupError(error: unknown): unknown {
  if (SELF_EXPLANATORY.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof DomainError && error.reason === "OVERLOADED") {
    return "The database is unreachable: check DATABASE_URL, and that PostgreSQL is running.";
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL") {
    return `Cannot open the port (${code}): choose another PORT or HOST.`;
  }
  return error;
}
