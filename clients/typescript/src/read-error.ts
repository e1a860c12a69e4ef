import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RetryInfoSchema,
} from "../gen/google/rpc/error_details_pb.js";
import { ChallengeSchema } from "../gen/waterbill/identity/v1/challenge_pb.js";
import { ErrorReason } from "../gen/waterbill/identity/v1/error_reason_pb.js";
import type { Challenges } from "./challenge.js";
import { type ClientReason, IdentityError, type ServerReason } from "./error.js";
import { messageFor } from "./messages.js";

/** The domain of the service's reasons in google.rpc.ErrorInfo. */
const DOMAIN = "identity.waterbill";

/** A portal or proxy in between may ask for less patience than the service: it knows nothing of the session. */
const LONGEST_FOREIGN_WAIT_SECONDS = 60;

export interface Errors {
  /** Any failure of a call as an IdentityError. */
  read(error: unknown): IdentityError;
  /** An error that the service didn't send. */
  create(
    reason: ClientReason,
    details?: { cause?: unknown; retryAfterSeconds?: number | undefined },
  ): IdentityError;
}

export function createErrors(challenges: Challenges, language: () => string | undefined): Errors {
  const create: Errors["create"] = (reason, details) =>
    new IdentityError(reason, messageFor(reason, language()), details);

  return {
    create,
    read(thrown) {
      if (thrown instanceof IdentityError) return thrown;
      const error = ConnectError.from(thrown);
      const [info] = error.findDetails(ErrorInfoSchema).filter(({ domain }) => domain === DOMAIN);
      const retryAfterSeconds = readRetryAfter(error);
      // A proxy may write the same details as our service, but not by accident.
      if (!info) {
        const seconds = retryAfterSeconds && Math.min(retryAfterSeconds, LONGEST_FOREIGN_WAIT_SECONDS);
        return create(clientReason(error), { cause: error, retryAfterSeconds: seconds });
      }
      const [localized] = error.findDetails(LocalizedMessageSchema);
      const [challenge] = error.findDetails(ChallengeSchema);
      const reason = isServerReason(info.reason) ? info.reason : "UNKNOWN";
      return new IdentityError(reason, localized?.message ?? error.rawMessage, {
        cause: error,
        fields: readFields(error),
        retryAfterSeconds,
        challenge: challenge && challenges.read(challenge),
        requestId: error.metadata.get("x-request-id") ?? undefined,
      });
    },
  };
}

function isServerReason(reason: string): reason is ServerReason {
  return Object.hasOwn(ErrorReason, reason) && reason !== ErrorReason[ErrorReason.ERROR_REASON_UNSPECIFIED];
}

function clientReason({ code, cause }: ConnectError): ClientReason {
  if (code === Code.Canceled) return "CANCELED";
  if (code === Code.DeadlineExceeded) return "TIMEOUT";
  if (code === Code.Unimplemented) return "UNKNOWN";
  // `fetch` rejects with a TypeError when it gets no response.
  return cause instanceof Error && cause.name === "TypeError" ? "OFFLINE" : "UNAVAILABLE";
}

/** One text for each field; several violations of one field are joined. */
function readFields(error: ConnectError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { fieldViolations } of error.findDetails(BadRequestSchema)) {
    for (const { field, description } of fieldViolations) {
      const name = field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      fields[name] = fields[name] ? `${fields[name]} ${description}` : description;
    }
  }
  return fields;
}

/** Whole seconds. A date in `Retry-After` is compared with the response's own, not with the device's clock. */
function readRetryAfter(error: ConnectError): number | undefined {
  const [delay] = error.findDetails(RetryInfoSchema).map(({ retryDelay }) => retryDelay);
  if (delay) return Number(delay.seconds) + (delay.nanos > 0 ? 1 : 0);
  const header = error.metadata.get("retry-after");
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header)
    ? Number(header)
    : (Date.parse(header) - Date.parse(error.metadata.get("date") ?? "")) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
