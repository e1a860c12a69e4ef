import type { JsonObject } from "@bufbuild/protobuf";
import type { Caller } from "../caller.js";
import { type DomainError, ERROR_TABLE } from "../errors.js";
import { RequestError } from "../http/request-error.js";
import { type Language, localize } from "../messages/catalogue.js";
import type { HttpBinding } from "./http-rules.js";
import type { SuccessResponse } from "./success-responses.js";

/** The body of a success response (contract.md, section 4). */
export function successBody(
  success: SuccessResponse,
  data: JsonObject,
  caller: Pick<Caller, "language">,
): JsonObject {
  if (success.shape === "bare" || success.shape === "file") return data;
  const localized = "of" in success.message ? success.message.of(data) : success.message;
  const message = localize(caller.language, localized);
  if (success.shape === "no data") return { status: "success", message };
  return { status: "success", message, data: success.renames ? renameKeys(data, success.renames) : data };
}

function renameKeys(data: JsonObject, renames: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [renames[name] ?? name, value]));
}

export function successStatus(success: SuccessResponse): number {
  return "status" in success ? (success.status ?? 200) : 200;
}

export function errorStatus(error: DomainError): number {
  return error instanceof RequestError ? error.status : ERROR_TABLE[error.reason].status;
}

/** One way to call a method over REST, and its success response. */
export interface Route {
  binding: HttpBinding;
  success: SuccessResponse;
}

/**
 * The language of an error's messages: the caller's. Clients of the predecessor service look for its English message of
 * RATE_LIMITED (contract.md, section 5), which therefore is the default.
 */
export function errorLanguage(
  error: DomainError,
  { language, isLanguageRequested }: Pick<Caller, "language" | "isLanguageRequested">,
): Language {
  return error.reason === "RATE_LIMITED" && !isLanguageRequested ? "en" : language;
}

/**
 * The body of an error in `language` (contract.md, section 4): each invalid field and its messages. An unknown path has
 * no route.
 */
export function errorBody(error: DomainError, language: Language, route: Route | undefined): JsonObject {
  const data = new Map<string, string[]>();
  for (const { field, message } of error.fields) {
    const name = nameInBody(field, route);
    data.set(name, [...(data.get(name) ?? []), localize(language, message)]);
  }
  return {
    status: "error",
    message: errorMessage(error, [...data.values()], language, route),
    data: Object.fromEntries(data),
  };
}

/** Names a field of a flat body as the client named it, without the prefix of the message field. */
function nameInBody(field: string, route: Route | undefined): string {
  const prefix = `${route?.binding.body}.`;
  return field.startsWith(prefix) ? field.slice(prefix.length) : field;
}

function errorMessage(
  error: DomainError,
  fields: readonly string[][],
  language: Language,
  route: Route | undefined,
): string {
  if (fields.length > 1) return localize(language, (m) => m.invalidRequest);
  const messages = fields[0]?.join(" ");
  if (messages === undefined) return localize(language, error.localizedMessage);
  const failure = route?.success.shape === "envelope" ? route.success.failure : undefined;
  return failure ? localize(language, failure(messages)) : messages;
}
