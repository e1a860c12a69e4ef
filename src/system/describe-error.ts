import { types } from "node:util";
import { LoggableError } from "./loggable-error.js";
import { redact } from "./redact.js";
import { stackFrames } from "./stack-frames.js";

/** An error as the log shows it. */
export interface ErrorDescription {
  /** The name of its class; the result of `typeof` for what is not an error. */
  type: string;
  code?: string | number;
  /** Of our own errors only. */
  message?: string;
  /** Where it was made: `at login (src/auth/login.ts:33:5)`, a line for each frame. */
  stack?: string;
  cause?: ErrorDescription;
  /** What an AggregateError gathers. */
  errors?: ErrorDescription[];
}

/** Causes that are followed in a chain, and errors that are described of an AggregateError. */
const MAX_DEPTH = 5;
const MAX_ERRORS = 5;

/**
 * What the log may hold of an error: the name of its class, its code, its stack frames, and the same of its causes.
 *
 * The message is shown only if the error is a LoggableError. A password has no form by which it could be found and
 * removed, and messages of others do hold what callers send: JSON.parse quotes the text around a mistake, protobuf-es
 * and Node the value, PostgreSQL the value (in quotes of the server's language), Redis the arguments of the command,
 * V8 the key that could not be read. Class, code and the place in the source say what went wrong all the same.
 * Nothing else of an error is shown: drivers attach SQL, parameters and rows.
 *
 * Never throws.
 */
export function describeError(error: unknown): ErrorDescription {
  return describe(error, new Set());
}

function describe(error: unknown, path: ReadonlySet<unknown>): ErrorDescription {
  try {
    return isError(error) ? describeKnown(error, new Set(path).add(error)) : { type: typeof error };
  } catch {
    // A getter or a proxy threw.
    return { type: "unreadable" };
  }
}

/** `path` leads from the outermost error to this one. */
function describeKnown(error: Error, path: ReadonlySet<unknown>): ErrorDescription {
  const nested = (inner: unknown) => describe(inner, path);
  const isNew = (inner: unknown) => inner !== undefined && path.size <= MAX_DEPTH && !path.has(inner);
  const code = errorCode(error);
  const stack = typeof error.stack === "string" ? stackFrames(error.stack) : "";
  const errors = error instanceof AggregateError ? error.errors.filter(isNew).slice(0, MAX_ERRORS) : [];
  return {
    type: errorType(error),
    ...(code !== undefined && { code }),
    ...(error instanceof LoggableError && { message: redact(error.message) }),
    ...(stack && { stack }),
    ...(isNew(error.cause) && { cause: nested(error.cause) }),
    ...(errors.length > 0 && { errors: errors.map(nested) }),
  };
}

/** Errors of other realms too. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

/** Classes whose instances differ by `name`. */
const GENERAL_CLASSES = new Set(["Error", "DOMException"]);

/** The name of an error's class, or its `name` where the class says less (`AbortError` of a DOMException). */
export function errorType(error: Error): string {
  const className = Object.getPrototypeOf(error)?.constructor?.name || "Error";
  const hasName = GENERAL_CLASSES.has(className) && /^[A-Z][A-Za-z]*(?:Error|Exception)$/.test(error.name);
  return hasName ? error.name : className;
}

/** `ECONNRESET`, `ERR_HTTP2_STREAM_ERROR`, `CSV_QUOTE_NOT_CLOSED`; SQLSTATE, which is five digits and letters. */
const CODE = /^(?!.*\d{6})(?:E[A-Z0-9]{2,20}|[A-Z][A-Z0-9]{0,20}(?:_[A-Z0-9]{1,20}){1,6}|[A-Z0-9]{5})$/;
/** Less than a one-time code: those of gRPC, HTTP and Twilio. */
const MAX_CODE = 99_999;

/** The code of an error, where it has the form of one that programs give; a one-time code does not. */
export function errorCode(error: object): string | number | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === "number") return code >= 0 && code <= MAX_CODE ? code : undefined;
  return typeof code === "string" && CODE.test(code) ? code : undefined;
}
