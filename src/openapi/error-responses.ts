import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import type { DomainError } from "../errors.js";
import { localize } from "../messages/catalogue.js";
import { errorBody, errorLanguage, errorStatus } from "../rest/envelope.js";
import type { HttpBinding } from "../rest/http-rules.js";
import { successResponseFor } from "../rest/success-responses.js";
import { errorsFor, messageOf } from "./reason-errors.js";
import { reasonsOf } from "./reasons.js";
import { requestErrorsOf } from "./request-errors.js";
import { COUNTED, headersOf } from "./response-headers.js";
import type { Sources } from "./value-schema.js";

/** An error and the name of its example. */
interface NamedError {
  name: string;
  error: DomainError;
}

/** The responses to calls that fail, by status: every reason with its messages, and an example of each. */
export function errorResponsesOf(sources: Sources, method: DescMethod, binding: HttpBinding): JsonObject {
  const byStatus = new Map<number, NamedError[]>();
  for (const named of errorsOf(sources, method, binding)) {
    const status = errorStatus(named.error);
    byStatus.set(status, [...(byStatus.get(status) ?? []), named]);
  }
  return Object.fromEntries(
    Array.from(byStatus, ([status, errors]) => [String(status), response(sources, method, binding, errors)]),
  );
}

function errorsOf({ comments }: Sources, method: DescMethod, binding: HttpBinding): NamedError[] {
  const ofReasons = reasonsOf(comments, method).flatMap((reason) =>
    errorsFor(reason, method, binding).map((error, index) => ({
      name: index === 0 ? reason : `${reason}_${index + 1}`,
      error,
    })),
  );
  const ofRequest = Object.entries(requestErrorsOf(method, binding)).map(([name, error]) => ({
    name,
    error,
  }));
  return [...ofReasons, ...ofRequest];
}

/** The response of one status. What is the same for every method is a component. */
function response(
  sources: Sources,
  method: DescMethod,
  binding: HttpBinding,
  errors: readonly NamedError[],
): JsonObject {
  const make = () => ({
    description: errors.map(({ error }) => lineOf(error)).join("\n"),
    headers: errorHeaders(sources, errors),
    content: {
      "application/json": {
        schema: errorSchema(sources),
        examples: Object.fromEntries(
          errors.map(({ name, error }) => [name, exampleOf(error, method, binding)]),
        ),
      },
    },
  });
  const isShared = errors.every(({ error }) => error.fields.length === 0);
  return isShared ? sources.components.refer("responses", componentName(errors), make) : make();
}

/** `UnauthenticatedOrCredentialsRejected` */
function componentName(errors: readonly NamedError[]): string {
  const names = errors.map(({ name }) =>
    name.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase()),
  );
  return names.join("Or");
}

function lineOf(error: DomainError): string {
  const message = messageOf(error);
  return `- \`${error.reason}\`: ${localize("fr", message)} / ${localize("en", message)}`;
}

function errorHeaders({ components }: Sources, errors: readonly NamedError[]): JsonObject {
  const has = (reason: string) => errors.some(({ error }) => error.reason === reason);
  return headersOf(components, [
    ...COUNTED,
    ...(has("RATE_LIMITED") || has("OVERLOADED") ? (["Retry-After"] as const) : []),
    ...(has("UNAUTHENTICATED") ? (["WWW-Authenticate"] as const) : []),
  ]);
}

/** What a French client gets, and one that asks for no language: `RATE_LIMITED` is in English then. */
function exampleOf(error: DomainError, method: DescMethod, binding: HttpBinding): JsonObject {
  const success = successResponseFor(method);
  const language = errorLanguage(error, { language: "fr", isLanguageRequested: false });
  return { value: errorBody(error, language, { binding, success }) };
}

function errorSchema({ components }: Sources): JsonObject {
  return components.refer("schemas", "Error", () => ({
    type: "object",
    description: "Why a call failed, for people. Programs tell errors apart by status and `message`.",
    required: ["status", "message", "data"],
    properties: {
      status: { type: "string", const: "error" },
      message: { type: "string", description: "The message of the field, if one is at fault." },
      data: {
        type: "object",
        description: "The messages of each field that is at fault; empty if none is.",
        additionalProperties: { type: "array", items: { type: "string" }, minItems: 1 },
      },
    },
  }));
}
