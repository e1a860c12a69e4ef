import { Code } from "@connectrpc/connect";
import type { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import type { Challenge } from "./challenge.js";
import type { LocalizedMessage } from "./messages/catalogue.js";
import { LoggableError } from "./system/loggable-error.js";

/** Machine-readable reason of a failed call: the names of the .proto enum ErrorReason. */
export type Reason = Exclude<keyof typeof ErrorReason, "ERROR_REASON_UNSPECIFIED">;

/** One problem with one field, named as in the .proto (`password_confirm`, `profile.email`). */
export interface FieldViolation {
  field: string;
  message: LocalizedMessage;
}

/** How a reason looks in each protocol (contract.md, section 5). */
interface ErrorRendering {
  /** Status over gRPC and Connect. */
  code: Code;
  /** HTTP status over REST. */
  status: number;
  /** The message for people, unless the error has its own. */
  message: LocalizedMessage;
  /** The invalid field, where the reason implies it. */
  field?: string;
}

/** The error table: the only place that defines how callers see a reason. */
export const ERROR_TABLE: Readonly<Record<Reason, ErrorRendering>> = {
  INVALID_REQUEST: { code: Code.InvalidArgument, status: 400, message: (m) => m.invalidRequest },
  PHONE_REQUIRED: {
    code: Code.InvalidArgument,
    status: 400,
    message: (m) => m.phoneRequired,
    field: "phone",
  },
  PHONE_INVALID: { code: Code.InvalidArgument, status: 400, message: (m) => m.phoneInvalid, field: "phone" },
  PHONE_LENGTH: { code: Code.InvalidArgument, status: 400, message: (m) => m.phoneLength, field: "phone" },
  PHONE_TAKEN: { code: Code.AlreadyExists, status: 400, message: (m) => m.phoneTaken, field: "phone" },
  PHONE_NOT_WHITELISTED: {
    code: Code.FailedPrecondition,
    status: 400,
    message: (m) => m.phoneNotWhitelisted,
    field: "phone",
  },
  PASSWORD_REJECTED: { code: Code.InvalidArgument, status: 400, message: (m) => m.invalidRequest },
  EMAIL_TAKEN: { code: Code.AlreadyExists, status: 400, message: (m) => m.emailTaken, field: "email" },
  CODE_INCORRECT: { code: Code.InvalidArgument, status: 400, message: (m) => m.codeIncorrect },
  CODE_EXPIRED: { code: Code.FailedPrecondition, status: 400, message: (m) => m.codeExpired },
  CODE_LOCKED: { code: Code.FailedPrecondition, status: 400, message: (m) => m.codeLocked },
  ALREADY_ACTIVE: { code: Code.FailedPrecondition, status: 400, message: (m) => m.alreadyActive },
  TOKEN_REQUIRED: {
    code: Code.InvalidArgument,
    status: 400,
    message: (m) => m.tokenRequired,
    field: "token",
  },
  TOKEN_INVALID: { code: Code.InvalidArgument, status: 400, message: (m) => m.tokenInvalid, field: "token" },
  LINK_REJECTED: { code: Code.FailedPrecondition, status: 400, message: (m) => m.linkRejected },
  CREDENTIALS_REJECTED: { code: Code.Unauthenticated, status: 401, message: (m) => m.credentialsRejected },
  ACCOUNT_NOT_ACTIVATED: { code: Code.PermissionDenied, status: 403, message: (m) => m.accountNotActivated },
  CURRENT_PASSWORD_INCORRECT: {
    code: Code.InvalidArgument,
    status: 400,
    message: (m) => m.currentPasswordIncorrect,
    field: "current_password",
  },
  REAUTHENTICATION_REQUIRED: {
    code: Code.FailedPrecondition,
    status: 403,
    message: (m) => m.reauthenticationRequired,
  },
  UNAUTHENTICATED: { code: Code.Unauthenticated, status: 401, message: (m) => m.unauthenticated },
  REFRESH_REJECTED: { code: Code.Unauthenticated, status: 400, message: (m) => m.refreshRejected },
  ADMIN_REQUIRED: { code: Code.PermissionDenied, status: 403, message: (m) => m.adminRequired },
  ENTRY_EXISTS: { code: Code.AlreadyExists, status: 400, message: (m) => m.entryExists, field: "phone" },
  ENTRY_NOT_FOUND: { code: Code.NotFound, status: 404, message: (m) => m.entryNotFound },
  ACCOUNT_NOT_FOUND: { code: Code.NotFound, status: 404, message: (m) => m.accountNotFound },
  SESSION_NOT_FOUND: { code: Code.NotFound, status: 404, message: (m) => m.sessionNotFound },
  SCOPE_REQUIRED: { code: Code.PermissionDenied, status: 403, message: (m) => m.scopeRequired },
  SUPERUSER_REQUIRED: { code: Code.PermissionDenied, status: 403, message: (m) => m.superuserRequired },
  LAST_SUPERUSER: { code: Code.FailedPrecondition, status: 400, message: (m) => m.lastSuperuser },
  RATE_LIMITED: { code: Code.ResourceExhausted, status: 429, message: (m) => m.rateLimited(1) },
  SMS_UNAVAILABLE: { code: Code.Unavailable, status: 503, message: (m) => m.smsUnavailable },
  OVERLOADED: { code: Code.Unavailable, status: 503, message: (m) => m.overloaded },
  INTERNAL: { code: Code.Internal, status: 500, message: (m) => m.internal },
};

/** The window that refused a call. */
export interface ReachedLimit {
  /** Maximum number of calls in the window. */
  limit: number;
  /** When the window has room again, in seconds since the epoch. */
  resetAt: number;
  /** The window counts wrong passwords for a number. */
  countsGuesses?: true;
}

interface DomainErrorOptions {
  /** Replaces the table's message. */
  message?: LocalizedMessage;
  /** Replaces the table's field with its name in this call. */
  field?: string;
  /** Several invalid fields, or several messages for one field. */
  fields?: readonly FieldViolation[];
  /** Time until a retry makes sense, in whole seconds. */
  retryAfterSeconds?: number;
  reachedLimit?: ReachedLimit;
  /** How to go on, for an error about a code. */
  challenge?: Challenge | undefined;
  /** For the log, never for the caller. */
  cause?: unknown;
}

/**
 * The only error of the domain: a reason from the table, and the details of this case.
 * Every other error reaches the caller as INTERNAL.
 */
export class DomainError extends LoggableError {
  readonly reason: Reason;
  readonly localizedMessage: LocalizedMessage;
  readonly fields: readonly FieldViolation[];
  readonly retryAfterSeconds: number | undefined;
  /** Only for RATE_LIMITED. */
  readonly reachedLimit: ReachedLimit | undefined;
  /** Only for an error about a code. */
  readonly challenge: Challenge | undefined;

  constructor(reason: Reason, options: DomainErrorOptions = {}) {
    super(reason, { cause: options.cause });
    this.reason = reason;
    const { message: localizedMessage } = ERROR_TABLE[reason];
    const field = options.field ?? ERROR_TABLE[reason].field;
    this.localizedMessage = options.message ?? localizedMessage;
    this.fields = options.fields ?? (field ? [{ field, message: this.localizedMessage }] : []);
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.reachedLimit = options.reachedLimit;
    this.challenge = options.challenge;
  }
}

/** INVALID_REQUEST for a single field. */
export function invalidField(field: string, message: LocalizedMessage): DomainError {
  return new DomainError("INVALID_REQUEST", { fields: [{ field, message }] });
}

/** REAUTHENTICATION_REQUIRED: the session has not passed the second step of an administrator's sign-in. */
export function secondFactorRequired(): DomainError {
  return new DomainError("REAUTHENTICATION_REQUIRED", { message: (m) => m.secondFactorRequired });
}

/** RATE_LIMITED: a limit is reached, for another `retryAfterSeconds`. */
export function rateLimited(
  retryAfterSeconds: number,
  reachedLimit: ReachedLimit,
  challenge?: Challenge,
): DomainError {
  return new DomainError("RATE_LIMITED", {
    retryAfterSeconds,
    reachedLimit,
    challenge,
    message: (m) => m.rateLimited(retryAfterSeconds),
  });
}

/** RATE_LIMITED until `hasRoomAt`, for another second at least. */
export function rateLimitedUntil(
  hasRoomAt: Date,
  {
    now,
    challenge,
    ...window
  }: Omit<ReachedLimit, "resetAt"> & {
    now: Date;
    challenge?: Challenge | undefined;
  },
): DomainError {
  const waitSeconds = Math.max(1, Math.ceil((hasRoomAt.getTime() - now.getTime()) / 1000));
  return rateLimited(waitSeconds, { ...window, resetAt: Math.ceil(hasRoomAt.getTime() / 1000) }, challenge);
}

/** OVERLOADED: the service can't take this call now; a retry after `retryAfterSeconds` makes sense. */
export function overloaded(retryAfterSeconds: number, cause?: unknown): DomainError {
  return new DomainError("OVERLOADED", { retryAfterSeconds, cause });
}
