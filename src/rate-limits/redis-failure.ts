import { ReplyError } from "ioredis";
import { errorCode, errorType } from "../system/describe-error.js";
import { LoggableError } from "../system/loggable-error.js";

/** The code that begins an error reply of Redis: `NOREPLICAS Not enough good replicas to write.` */
const REPLY_CODE = /^[A-Z]{2,20}(?= )/;

/**
 * What the log may say of a failed command: `SimpleError NOREPLICAS`, `Error ECONNREFUSED`. Redis's own text is left
 * out, since it can quote the arguments of the command and so a client's address.
 */
export function redisFailure(error: unknown): string {
  if (error instanceof LoggableError) return error.message;
  if (!(error instanceof Error)) return typeof error;
  const code = error instanceof ReplyError ? REPLY_CODE.exec(error.message)?.[0] : errorCode(error);
  return [errorType(error), code].filter(Boolean).join(" ");
}
