import { ReplyError } from "ioredis";
import { errorCode, errorType } from "../system/describe-error.js";
import { LoggableError } from "../system/loggable-error.js";

/** The code that begins an error reply of Redis: `NOREPLICAS Not enough good replicas to write.` */
const REPLY_CODE = /^[A-Z]{2,20}(?= )/;

/** The text of ioredis for a command whose connection was closed, and of ours. */
const IOREDIS_CLOSED = "Connection is closed.";
export const CONNECTION_CLOSED = "the connection was closed";

/** Codes of replies that lead to another node. A client of a cluster follows them. */
const REDIRECTIONS = new Set(["MOVED", "ASK"]);

function isReply(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/** The code of an error reply of Redis; undefined for any other error. */
export function replyCode(error: unknown): string | undefined {
  return isReply(error) ? REPLY_CODE.exec(error.message)?.[0] : undefined;
}

/** Whether the client of a single Redis talks to a node of a cluster. It can't keep limits there. */
export function isRedirection(error: unknown): boolean {
  return REDIRECTIONS.has(replyCode(error) ?? "");
}

/**
 * What the log may say of a failed command: `SimpleError NOREPLICAS`, `Error ECONNREFUSED`. Redis's own text is left
 * out, since it can quote the arguments of the command and so a client's address.
 */
export function redisFailure(error: unknown): string {
  if (error instanceof LoggableError) return error.message;
  if (!(error instanceof Error)) return typeof error;
  if (error.message === IOREDIS_CLOSED) return CONNECTION_CLOSED;
  if (isRedirection(error)) return "REDIS_URL names a node of a cluster: use redis+cluster://";
  const code = isReply(error) ? replyCode(error) : errorCode(error);
  return [errorType(error), code].filter(Boolean).join(" ");
}
