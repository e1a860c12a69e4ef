import { type DestinationStream, type LoggerOptions, pino } from "pino";
import { describeError } from "./describe-error.js";
import { maskPhone, redact } from "./redact.js";

/** Names of what must never be logged. */
type SecretName =
  | "authorization"
  | "code"
  | "access"
  | "refresh"
  | `${string}${"password" | "Password" | "token" | "Token" | "secret" | "Secret"}${string}`
  | `${string}Phone`;

/** Values with nothing inside them; an error only as `err`, which is described. */
type Fields<Key> = {
  readonly [Name in keyof Key]: Name extends "err"
    ? unknown
    : Name extends SecretName
      ? never
      : string | number | boolean | undefined;
};

/** Writes a line. `message` is a fixed text; everything that varies is a field. */
interface Log {
  (message: string): void;
  <Key extends Fields<Key>>(fields: Key, message: string): void;
}

export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  readonly fatal: Log;
}

const OPTIONS: LoggerOptions = {
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: describeError, phone: maskPhone, msg: redact },
  hooks: {
    /** Without a message pino would take the one of the error. */
    logMethod(args, method) {
      const [fields, message] = args as [unknown, unknown?];
      if (typeof fields === "string") method.call(this, fields);
      else method.call(this, fields, typeof message === "string" ? message : "no message");
    },
  },
};

/** What each line says of the process that writes it; nothing, if there is only one. */
export interface LogOrigin {
  /** Number of the worker. */
  worker: number;
}

/**
 * Writes one JSON object a line. What is logged is chosen by the caller: no secret, code or token is ever handed over.
 * `err` is any error or thrown value, and shown as `describeError` says; `phone` is shown masked. `moment` returns further
 * fields when a line is written.
 */
export function createLogger(
  level: string,
  destination?: DestinationStream,
  origin: LogOrigin | null = null,
  moment?: () => object,
): Logger {
  const options = { ...OPTIONS, level, base: origin, ...(moment && { mixin: moment }) };
  return destination ? pino(options, destination) : pino(options);
}
