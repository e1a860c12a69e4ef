import type { ErrorReason } from "../gen/waterbill/identity/v1/error_reason_pb.js";
import type { CodeChallenge } from "./challenge.js";

/** Why the service refused a call. */
export type ServerReason = Exclude<keyof typeof ErrorReason, "ERROR_REASON_UNSPECIFIED">;

/** Why a call failed without an answer of the service. */
export type ClientReason =
  /** Nothing answered: no network, no such host, a broken connection. */
  | "OFFLINE"
  /** Something that is not the service answered: a proxy, a captive portal. */
  | "UNAVAILABLE"
  /** The call's own deadline ended. */
  | "TIMEOUT"
  /** The caller's signal ended the call. */
  | "CANCELED"
  /** Nobody is signed in, or no longer. */
  | "SIGNED_OUT"
  /** The token store failed. */
  | "STORAGE"
  /** A reason that is newer than this package, or a method that is newer than the service. */
  | "UNKNOWN";

export type IdentityErrorReason = ServerReason | ClientReason;

/** Failures that pass. The session is kept. */
const TRANSIENT: ReadonlySet<IdentityErrorReason> = new Set([
  "OFFLINE",
  "UNAVAILABLE",
  "TIMEOUT",
  "STORAGE",
  "RATE_LIMITED",
  "OVERLOADED",
  "SMS_UNAVAILABLE",
  "INTERNAL",
]);

interface IdentityErrorDetails {
  fields?: Record<string, string>;
  retryAfterSeconds?: number | undefined;
  challenge?: CodeChallenge | undefined;
  requestId?: string | undefined;
  cause?: unknown;
}

/** The only error that the package throws. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly reason: IdentityErrorReason;
  /** What is wrong with each field of the request, by its name there: `passwordConfirm`, `profile.email`. */
  readonly fields: Readonly<Record<string, string>>;
  /** When another try makes sense, as the service says. */
  readonly retryAfterSeconds: number | undefined;
  /** How to go on, for an error about a code. */
  readonly challenge: CodeChallenge | undefined;
  /** Names the call in the service's log. */
  readonly requestId: string | undefined;

  /** @param message for people, in the language of the client */
  constructor(reason: IdentityErrorReason, message: string, details: IdentityErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.reason = reason;
    this.fields = details.fields ?? {};
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.challenge = details.challenge;
    this.requestId = details.requestId;
  }

  /** Whether the same call may succeed later. Nobody was signed out by it. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.reason);
  }
}
