import type { DescMessage, DescService, Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { DomainError, type FieldViolation } from "../../errors.js";
import { bodyTooLarge, bodyUnreadable } from "../../http/request-error.js";
import { UnreadableFieldsError } from "../json-message.js";
import { checkEach, translateFailure } from "../stream-messages.js";
import { readFailureKey } from "../unary-method.js";
import { createFormatCheck, type FormatChecks } from "./field-formats.js";
import type { CheckRules } from "./rules.js";

export interface ValidateDeps {
  /** The services whose messages are validated. */
  services: readonly DescService[];
  formats: FormatChecks;
  /** Their rules; by default loaded at the first call. */
  rules?: () => Promise<CheckRules>;
}

/**
 * Returns a function that loads and compiles the rules of `services` once, which takes 0.1 s and more: later than the
 * start of the server, which needs none of them for its first response.
 */
export function loadRules(services: readonly DescService[]): () => Promise<CheckRules> {
  let rules: Promise<CheckRules> | undefined;
  return () => {
    rules ??= import("./rules.js").then(({ compileRules }) => compileRules(services));
    return rules;
  };
}

/**
 * Refuses messages that violate a rule or a format of their .proto file. Checks each message of a stream when it
 * arrives; one that can't be read ends the stream.
 *
 * The interceptor throws INVALID_REQUEST that names every invalid field, unreadable ones included; or the reason of its
 * format if exactly one field is invalid, and only by its format.
 */
export function validate({ services, formats, rules = loadRules(services) }: ValidateDeps): Interceptor {
  const checkFormats = createFormatCheck(formats);

  function check(
    checkRules: CheckRules,
    schema: DescMessage,
    message: Message,
    unreadable: readonly FieldViolation[] = [],
  ): void {
    const violations = checkRules(schema, message);
    const errors = checkFormats(schema, message);
    const [only] = errors;
    if (only && errors.length + violations.length + unreadable.length === 1) throw only;
    const invalid = [...errors.flatMap(({ fields }) => fields), ...violations];
    const fields = [...unreadable, ...invalid.filter(({ field }) => !isWithin(unreadable, field))];
    if (fields.length > 0) throw new DomainError("INVALID_REQUEST", { fields });
  }

  return (next) => async (request) => {
    const { input } = request.method;
    const checkRules = await rules();
    if (request.stream) {
      const readable = translateFailure(request.message, toReadError);
      return next({
        ...request,
        message: checkEach(readable, (message) => check(checkRules, input, message)),
      });
    }
    const failure = request.contextValues.get(readFailureKey);
    if (!failure) check(checkRules, input, request.message);
    else if (failure.error instanceof UnreadableFieldsError)
      check(checkRules, input, request.message, failure.error.fields);
    return next(request);
  };
}

/** Translates an error of reading a stream, which Connect reads and reports in its own terms. */
function toReadError(error: unknown): unknown {
  if (!(error instanceof ConnectError)) return error;
  if (error.code === Code.ResourceExhausted) return bodyTooLarge();
  // Connect uses both codes for messages it can't decode, which is a client error. Other codes tell how the call ended.
  const isUnreadable = [Code.InvalidArgument, Code.Internal].includes(error.code);
  return isUnreadable ? bodyUnreadable(error) : error;
}

/** Whether a field is one of those that could not be read, part of one, or has one. */
function isWithin(unreadable: readonly FieldViolation[], field: string): boolean {
  const isPart = (path: string, whole: string) =>
    path.startsWith(whole) && /^($|[.[])/.test(path.slice(whole.length));
  return unreadable.some((one) => isPart(field, one.field) || isPart(one.field, field));
}
