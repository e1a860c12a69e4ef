import { Code } from "@connectrpc/connect";
import { DomainError, type FieldViolation } from "../errors.js";
import type { LocalizedMessage } from "../messages/catalogue.js";

interface RequestErrorOptions {
  /** Status over protocols that use HTTP status codes; 400 by default. */
  status?: number;
  /** Status over gRPC and Connect; invalid_argument unless their specifications require another. */
  code?: Code;
  /** Headers that HTTP requires with the status. */
  headers?: Record<string, string>;
  fields?: readonly FieldViolation[];
  cause?: unknown;
}

/**
 * A request that can't be read as a call: INVALID_REQUEST, plus what HTTP and the protocols require beyond the error
 * table. The library's error is only the cause; it appears in the log and nowhere else.
 */
export class RequestError extends DomainError {
  readonly status: number;
  readonly code: Code;
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: LocalizedMessage, options: RequestErrorOptions = {}) {
    super("INVALID_REQUEST", { message, fields: options.fields ?? [], cause: options.cause });
    this.status = options.status ?? 400;
    this.code = options.code ?? Code.InvalidArgument;
    this.headers = options.headers ?? {};
  }
}

/** The bytes don't match the content type, or are not exactly one message. */
export function bodyUnreadable(cause?: unknown): RequestError {
  return new RequestError((m) => m.bodyUnreadable, { cause });
}

export function bodyNotJson(cause?: unknown): RequestError {
  return new RequestError((m) => m.bodyNotJson, { cause });
}

/** The body exceeds the limit, as received or decompressed. */
export function bodyTooLarge(): RequestError {
  return new RequestError((m) => m.bodyTooLarge, { status: 413 });
}

/** gRPC and Connect both require `unimplemented` and the list of supported encodings. */
export function compressionUnsupported(): RequestError {
  return new RequestError((m) => m.bodyUnreadable, {
    status: 415,
    code: Code.Unimplemented,
    headers: { "accept-encoding": "gzip" },
  });
}

/** A unary gRPC call has no message, or several. */
export function notOneMessage(): RequestError {
  return new RequestError((m) => m.bodyUnreadable, { code: Code.Unimplemented });
}

/** A gRPC message is flagged as compressed although the call's encoding is identity. */
export function compressionContradicted(): RequestError {
  return new RequestError((m) => m.bodyUnreadable, { code: Code.Internal });
}

export function contentTypeUnsupported(): RequestError {
  return new RequestError((m) => m.contentTypeUnsupported, { status: 415 });
}

/**
 * A REST body is not declared as JSON. Browsers send forms, plain text and bodies without a type to any origin, without
 * asking the server first; they ask before they send JSON (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 */
export function jsonRequired(): RequestError {
  return new RequestError((m) => m.jsonRequired, { status: 415 });
}

/** A page of another site sent a request that is for pages of this service. */
export function originForeign(): RequestError {
  return new RequestError((m) => m.originForeign, { status: 403, code: Code.PermissionDenied });
}

/** `allowed` lists the HTTP methods that this path supports. */
export function methodNotAllowed(allowed: readonly string[]): RequestError {
  return new RequestError((m) => m.methodNotAllowed, { status: 405, headers: { allow: allowed.join(", ") } });
}

/** The request names two hosts, or one that makes no URL, or none although its path requires one. */
export function hostInvalid(): RequestError {
  return new RequestError((m) => m.hostInvalid);
}

export function pathUnknown(): RequestError {
  return new RequestError((m) => m.pathUnknown, { status: 404, code: Code.Unimplemented });
}
