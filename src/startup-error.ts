import { ConfigError } from "./config.js";
import { DirectoryInUseError } from "./db/embedded/directory-lock.js";
import { DatabaseNotFoundError } from "./db/embedded/embedded-database.js";
import { PendingMigrationsError } from "./db/migrate.js";
import { DomainError } from "./errors.js";
import { TlsFilesError } from "./http/tls.js";
import { errorCode } from "./system/describe-error.js";
import { formatError } from "./system/format-error.js";
import { LoggableError } from "./system/loggable-error.js";
import { MetricsPortError } from "./telemetry/metrics-server.js";

/** A mistake that the person who started the program can fix. Only its message is printed, without the stack. */
export class UsageError extends LoggableError {}

/** Codes of errors when the server starts to listen; the last one is a HOST that does not exist. */
const PORT_ERRORS: readonly unknown[] = ["EADDRINUSE", "EACCES", "EADDRNOTAVAIL", "ENOTFOUND"];

const SELF_EXPLANATORY = [
  ConfigError,
  DatabaseNotFoundError,
  DirectoryInUseError,
  MetricsPortError,
  PendingMigrationsError,
  TlsFilesError,
  UsageError,
];

/**
 * Returns what to print for an error that ends the program: a message, or for an unexpected error as much as the log may
 * hold, because this output ends up in files too.
 */
export function describeStartupError(error: unknown): string {
  if (SELF_EXPLANATORY.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof DomainError && error.reason === "OVERLOADED") {
    return "The database is unreachable: check DATABASE_URL, and that PostgreSQL is running.";
  }
  const code = errorCode(Object(error));
  if (PORT_ERRORS.includes(code)) {
    return `Cannot open the port (${code}): choose another PORT or HOST.`;
  }
  return formatError(error);
}
