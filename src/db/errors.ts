import { ConnectionError } from "sequelize";
import { type DomainError, overloaded } from "../errors.js";

/** The properties of pg's and Sequelize's errors that are used here. */
interface DriverError {
  name?: string;
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  /** The function in PostgreSQL's source code that reported the error. */
  routine?: string;
  parent?: DriverError;
}

/**
 * A statement that PostgreSQL rejected. Contains no value of the statement: the errors of pg and Sequelize carry SQL,
 * parameters and row contents, which must not reach a log.
 */
export class QueryError extends Error {
  /** SQLSTATE, or the operating system's code (`ECONNREFUSED`); absent for failures of the driver itself. */
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor({ code, constraint, table, message }: DriverError) {
    // Messages of class 22 (data exception) quote the invalid value.
    const quotesValue = code?.startsWith("22") ?? false;
    super(quotesValue ? message.replaceAll(/".*"/gs, "…") : message);
    this.name = "QueryError";
    this.code = code;
    this.constraint = constraint;
    this.table = table;
  }
}

/** 08 connection, 57P shutdown and startup, 25P idle in transaction, 25006 connected to a standby; then Node's own. */
const LOST_CONNECTION_CODES = /^(08...|57P..|25P0.|25006|E[A-Z_]+)$/;
/** pg has no codes for the failures that it detects itself. */
const LOST_CONNECTION_MESSAGES =
  /^(Connection terminated|Client has encountered|Client was closed|Query read timeout|timeout expired)/;
/** Timeouts, lock conflicts and exhausted resources (53): a retry can succeed, and the connection is fine. */
const TRANSIENT_CODES = /^(53...|57014|55P03|40001|40P01)$/;

function toDriverError(error: unknown): DriverError {
  if (!(error instanceof Error)) return { message: String(error) };
  return (error as DriverError).parent ?? error;
}

/** Whether the connection that `error` occurred on must not be used again. */
export function losesConnection(error: unknown): boolean {
  const { code, message } = toDriverError(error);
  return code === undefined ? LOST_CONNECTION_MESSAGES.test(message) : LOST_CONNECTION_CODES.test(code);
}

/** Whether the result types of a prepared statement have changed since it was prepared, because of a migration. */
export function isStalePlan(error: unknown): boolean {
  return toDriverError(error).routine === "RevalidateCachedQuery";
}

/**
 * Maps the error of a failed statement to OVERLOADED if the database is unreachable or temporarily unable, otherwise to
 * a QueryError.
 */
export function translate(error: unknown): QueryError | DomainError {
  const queryError = new QueryError(toDriverError(error));
  const isTransient = TRANSIENT_CODES.test(queryError.code ?? "") || isStalePlan(error);
  const isUnreachable = error instanceof ConnectionError || losesConnection(error);
  return isTransient || isUnreachable ? overloaded(1, queryError) : queryError;
}

/** The name of the UNIQUE constraint that `error` reports as violated (`users_phone_key`), if any. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof QueryError && error.code === "23505" ? error.constraint : undefined;
}
