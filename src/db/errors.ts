import { ConnectionError } from "sequelize";
import { type DomainError, overloaded } from "../errors.js";

/** The parts of pg's and Sequelize's errors that are read here. */
interface Source {
  name?: string;
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  /** The function of PostgreSQL's source that failed. */
  routine?: string;
  parent?: Source;
}

/**
 * A statement that PostgreSQL refused. It holds no value of the statement: the errors of pg and Sequelize carry
 * SQL, parameters and row contents, which must not reach a log.
 */
export class QueryError extends Error {
  /** SQLSTATE, or the operating system's code (`ECONNREFUSED`); absent for failures of the driver itself. */
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(source: Source) {
    // Class 22 (data exception) quotes the value it could not take.
    const holdsValue = source.code?.startsWith("22") ?? false;
    super(holdsValue ? source.message.replaceAll(/".*"/gs, "…") : source.message);
    this.name = "QueryError";
    this.code = source.code;
    this.constraint = source.constraint;
    this.table = source.table;
  }
}

/** 08 connection, 57P shutdown and start, 25P idle in transaction, 25006 a standby answered; then Node's own. */
const LOST_CONNECTION_CODES = /^(08...|57P..|25P0.|25006|E[A-Z_]+)$/;
/** pg has no codes for what it finds out by itself. */
const LOST_CONNECTION_MESSAGES =
  /^(Connection terminated|Client has encountered|Client was closed|Query read timeout|timeout expired)/;
/** Time-outs, lock conflicts and full resources (53): trying again makes sense, the connection is fine. */
const TRANSIENT_CODES = /^(53...|57014|55P03|40001|40P01)$/;

function sourceOf(error: unknown): Source {
  if (!(error instanceof Error)) return { message: String(error) };
  return (error as Source).parent ?? error;
}

/** Whether the connection that `error` came from must not be used again. */
export function losesConnection(error: unknown): boolean {
  const { code, message } = sourceOf(error);
  return code === undefined ? LOST_CONNECTION_MESSAGES.test(message) : LOST_CONNECTION_CODES.test(code);
}

/** Whether a prepared statement's result has other types now than when it was prepared: a migration passed by. */
export function isStalePlan(error: unknown): boolean {
  return sourceOf(error).routine === "RevalidateCachedQuery";
}

/**
 * What a failed statement means for the program: OVERLOADED when the database can't be reached or asks to
 * come back later, else a QueryError.
 */
export function translate(error: unknown): QueryError | DomainError {
  const source = sourceOf(error);
  const safe = new QueryError(source);
  const passing = TRANSIENT_CODES.test(source.code ?? "") || isStalePlan(error);
  return passing || error instanceof ConnectionError || losesConnection(error) ? overloaded(1, safe) : safe;
}

/** The name of the UNIQUE constraint that `error` says was violated (`users_phone_key`), if it says so. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof QueryError && error.code === "23505" ? error.constraint : undefined;
}
