import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RetryInfoSchema,
} from "#gen/google/rpc/error_details_pb.js";
import { ChallengeSchema } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { callerKey, responseHeadersKey } from "../../caller.js";
import { DomainError, ERROR_TABLE } from "../../errors.js";
import { RequestError } from "../../http/request-error.js";
import { type Language, localize } from "../../messages/catalogue.js";
import { limitHeaders } from "../../rate-limits/limit-headers.js";
import { toChallengeMessage } from "../../verification/challenge-message.js";
import { translateFailure } from "../stream-messages.js";

/** `google.rpc.ErrorInfo.domain` of every reason. */
const ERROR_DOMAIN = "identity.waterbill";

/**
 * Turns every error of a call into what its caller may know: the reason, a message in the caller's language, the fields
 * at fault, when to retry. The original error becomes the cause, for the log.
 */
export const reportErrors: Interceptor = (next) => async (request) => {
  const report = (error: unknown) => {
    // Libraries that receive the signal throw their own AbortError.
    const isAbort = error instanceof Error && error.name === "AbortError" && request.signal.aborted;
    const { language } = request.contextValues.get(callerKey);
    const reported = toConnectError(isAbort ? request.signal.reason : error, language);
    for (const [name, value] of Object.entries(request.contextValues.get(responseHeadersKey) ?? {})) {
      // The error's own headers win: a sending quota that refused is not the window that the limiter described.
      if (!reported.metadata.has(name)) reported.metadata.set(name, value);
    }
    return reported;
  };
  try {
    const response = await next(request);
    return response.stream ? { ...response, message: translateFailure(response.message, report) } : response;
  } catch (error) {
    throw report(error);
  }
};

/** Renders an error (contract.md, section 5). Any that is neither a DomainError nor an end of the call is INTERNAL. */
export function toConnectError(error: unknown, language: Language): ConnectError {
  if (error instanceof DomainError) return renderDomainError(error, error, language);
  if (error instanceof ConnectError && isEndOfCall(error.code)) return renderEndOfCall(error, language);
  return renderDomainError(new DomainError("INTERNAL"), error, language);
}

function renderDomainError(error: DomainError, cause: unknown, language: Language): ConnectError {
  const message = localize(language, error.localizedMessage);
  const details = [
    detail(ErrorInfoSchema, { reason: error.reason, domain: ERROR_DOMAIN }),
    detail(LocalizedMessageSchema, { locale: language, message }),
  ];
  if (error.fields.length > 0) {
    const fieldViolations = error.fields.map(({ field, message }) => ({
      field,
      description: localize(language, message),
    }));
    details.push(detail(BadRequestSchema, { fieldViolations }));
  }
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds !== undefined) {
    const retryDelay = create(DurationSchema, { seconds: BigInt(retryAfterSeconds) });
    details.push(detail(RetryInfoSchema, { retryDelay }));
  }
  if (error.challenge) details.push(detail(ChallengeSchema, toChallengeMessage(error.challenge)));
  const code = error instanceof RequestError ? error.code : ERROR_TABLE[error.reason].code;
  return new ConnectError(message, code, headersFor(error), details, cause);
}

function detail<Desc extends DescMessage>(desc: Desc, value: MessageInitShape<Desc>) {
  return { desc, value } as { desc: DescMessage; value: MessageInitShape<DescMessage> };
}

function headersFor(error: DomainError): Record<string, string> {
  const headers: Record<string, string> = error instanceof RequestError ? { ...error.headers } : {};
  if (error.reachedLimit) Object.assign(headers, limitHeaders({ ...error.reachedLimit, remaining: 0 }));
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  if (error.reason === "UNAUTHENTICATED") headers["www-authenticate"] = "Bearer";
  return headers;
}

/** Whether a code tells how the call ended, not what was wrong with it. These codes are the same on every protocol. */
function isEndOfCall(code: Code): boolean {
  return [Code.Canceled, Code.DeadlineExceeded, Code.Aborted, Code.Unimplemented].includes(code);
}

function renderEndOfCall({ code, cause }: ConnectError, language: Language): ConnectError {
  const message = code === Code.DeadlineExceeded ? localize(language, (m) => m.deadlineExceeded) : "";
  return new ConnectError(message, code, undefined, undefined, cause);
}
