import { Code } from "@connectrpc/connect";
import { DomainError, type FieldViolation } from "../errors.js";
import type { LocalizedMessage } from "../messages/catalogue.js";

interface RequestErrorOptions {
  /** HTTP status where the protocol speaks HTTP; 400 when absent. */
  status?: number;
  /** Status over gRPC and Connect, where their protocol asks for another one than invalid_argument. */
  code?: Code;
  /** Headers that HTTP asks for beside the status. */
  headers?: Record<string, string>;
  fields?: readonly FieldViolation[];
  cause?: unknown;
}

/**
 * A request that can't be understood as a call: INVALID_REQUEST with what HTTP and the protocols want to
 * know of it beyond the error table. The library's error is only the cause, for nobody but the log.
 */
export class RequestError extends DomainError {
  readonly status: number;
  readonly code: Code;
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: LocalizedMessage, options: RequestErrorOptions = {}) {
    super("INVALID_REQUEST", { message, fields: options.fields ?? [], cause: options.cause });
    this.name = "RequestError";
    this.status = options.status ?? 400;
    this.code = options.code ?? Code.InvalidArgument;
    this.headers = options.headers ?? {};
  }
}

/** The bytes are not what the content type says, or not one message. */
export function bodyUnreadable(cause?: unknown): RequestError {
  return new RequestError((m) => m.bodyUnreadable, { cause });
}

export function bodyNotJson(cause?: unknown): RequestError {
  return new RequestError((m) => m.bodyNotJson, { cause });
}

/** Larger than the limit, as it came or decompressed. */
export function bodyTooLarge(): RequestError {
  return new RequestError((m) => m.bodyTooLarge, { status: 413 });
}

/** `field` has a JSON value of another type than the .proto says. */
export function fieldWrongType(field: string, cause?: unknown): RequestError {
  const fields = [{ field, message: (m) => m.fieldWrongType }] satisfies FieldViolation[];
  return new RequestError((m) => m.invalidRequest, { fields, cause });
}

/** gRPC and Connect both ask for `unimplemented` and the list of what would be understood. */
export function compressionUnsupported(): RequestError {
  return new RequestError((m) => m.bodyUnreadable, {
    status: 415,
    code: Code.Unimplemented,
    headers: { "accept-encoding": "gzip" },
  });
}

export function contentTypeUnsupported(): RequestError {
  return new RequestError((m) => m.contentTypeUnsupported, { status: 415 });
}

/** `allowed` are the verbs that this path knows. */
export function methodNotAllowed(allowed: readonly string[]): RequestError {
  return new RequestError((m) => m.methodNotAllowed, { status: 405, headers: { allow: allowed.join(", ") } });
}

export function pathUnknown(): RequestError {
  return new RequestError((m) => m.pathUnknown, { status: 404, code: Code.Unimplemented });
}
