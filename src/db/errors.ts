import { ConnectionError } from "sequelize";
import { type DomainError, overloaded } from "../errors.js";
import { errorCode, errorType } from "../system/describe-error.js";
import { LoggableError } from "../system/loggable-error.js";

/** The properties of pg's and Sequelize's errors that are used here. */
interface DriverError {
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  column?: string;
  /** Position in the text of the statement, in characters from 1. */
  position?: string;
  /** The function in PostgreSQL's source code that reported the error. */
  routine?: string;
  parent?: DriverError;
}

/**
 * A statement that failed. Contains no text of PostgreSQL or the driver: their messages quote values, in the quotes of
 * the server's language, and their errors carry SQL, parameters and rows, which must not reach a log. The message says
 * by name what failed: error class, SQLSTATE, table, column, constraint and PostgreSQL's routine.
 */
export class QueryError extends LoggableError {
  /** SQLSTATE, or the operating system's code (`ECONNREFUSED`); absent for failures of the driver itself. */
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(error: unknown) {
    const source = toDriverError(error);
    super(summarise(error, source));
    this.code = source.code;
    this.constraint = source.constraint;
    this.table = source.table;
  }
}

/** 08 connection, 57P shutdown and startup, 25P idle in transaction, 25006 connected to a standby; then Node's own. */
const LOST_CONNECTION_CODES = /^(08...|57P..|25P0.|25006|E[A-Z_]+)$/;
/** pg has no codes for the failures that it detects itself. */
const LOST_CONNECTION_MESSAGES =
  /^(Connection terminated|Client has encountered|Client was closed|Query read timeout|timeout expired)/;
/** Timeouts, lock conflicts and exhausted resources (53): a retry can succeed, and the connection is fine. */
const TRANSIENT_CODES = /^(53...|57014|55P03|40001|40P01)$/;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** `DatabaseError 23505, table users, constraint users_phone_key, routine _bt_check_unique` */
function summarise(error: unknown, source: DriverError): string {
  const type = error instanceof Error ? errorType(error) : typeof error;
  const head = [type, errorCode(source), LOST_CONNECTION_MESSAGES.exec(source.message)?.[0]];
  const names = (["table", "column", "constraint", "routine"] as const).flatMap((key) =>
    IDENTIFIER.test(source[key] ?? "") ? `${key} ${source[key]}` : [],
  );
  const position = /^\d{1,5}$/.test(source.position ?? "") ? [`character ${source.position}`] : [];
  return [head.filter(Boolean).join(" "), ...names, ...position].join(", ");
}

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
 * A prepared statement is not there, or is there already: between two statements, a pooler gave the connection to another
 * client. Nothing was run, so the statement can be run again without a name, and its transaction from the beginning.
 */
export class PreparedStatementLostError extends LoggableError {}

/** invalid_sql_statement_name and duplicate_prepared_statement. */
const LOST_STATEMENT_CODES: readonly unknown[] = ["26000", "42P05"];

export function isPreparedStatementLost(error: unknown): boolean {
  return LOST_STATEMENT_CODES.includes(toDriverError(error).code);
}

/** Runs `work`, and once more if a prepared statement was lost in it: statements have no names then. */
export async function retryingUnprepared<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PreparedStatementLostError) return work();
    throw error;
  }
}

/**
 * Maps the error of a failed statement to OVERLOADED if the database is unreachable or temporarily unable, otherwise to
 * a QueryError.
 */
export function translate(error: unknown): QueryError | DomainError {
  const queryError = new QueryError(error);
  const isTransient = TRANSIENT_CODES.test(queryError.code ?? "") || isStalePlan(error);
  const isUnreachable = error instanceof ConnectionError || losesConnection(error);
  return isTransient || isUnreachable ? overloaded(1, queryError) : queryError;
}

/** The name of the UNIQUE constraint that `error` reports as violated (`users_phone_key`), if any. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof QueryError && error.code === "23505" ? error.constraint : undefined;
}

/** Whether a row could not be written because the row that it refers to has been deleted meanwhile. */
export function refersToDeleted(error: unknown): boolean {
  return error instanceof QueryError && error.code === "23503";
}
