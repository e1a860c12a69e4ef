import type { JsonObject } from "@bufbuild/protobuf";
import type { Caller } from "../caller.js";
import { type DomainError, errorTable } from "../errors.js";
import { RequestFault } from "../http/request-error.js";
import { say } from "../messages/catalogue.js";
import type { HttpBinding } from "./http-rules.js";
import type { Outcome } from "./success-responses.js";

/** The body of an answer that went well (contract.md, section 4). */
export function successBody(outcome: Outcome, data: JsonObject, caller: Caller): JsonObject {
  if (outcome.shape === "bare" || outcome.shape === "file") return data;
  const sentence = "of" in outcome.message ? outcome.message.of(data) : outcome.message;
  const message = say(caller.language, sentence);
  return outcome.shape === "envelope" ? { status: "success", message, data } : { status: "success", message };
}

export function successStatus(outcome: Outcome): number {
  return "status" in outcome ? (outcome.status ?? 200) : 200;
}

export function failureStatus(error: DomainError): number {
  return error instanceof RequestFault ? error.status : errorTable[error.reason].status;
}

/** How a method is called over REST, and what it answers. */
export interface Route {
  binding: HttpBinding;
  outcome: Outcome;
}

/** The body of a refusal (contract.md, section 4): every field at fault with its sentences. An unknown path has no route. */
export function failureBody(error: DomainError, caller: Caller, route: Route | undefined): JsonObject {
  const data = new Map<string, string[]>();
  for (const { field, sentence } of error.fields) {
    const name = nameInBody(field, route);
    data.set(name, [...(data.get(name) ?? []), say(caller.language, sentence)]);
  }
  return {
    status: "error",
    message: failureMessage(error, [...data.values()], caller, route),
    data: Object.fromEntries(data),
  };
}

/** A field of a flat body is named as the client named it. */
function nameInBody(field: string, route: Route | undefined): string {
  const prefix = `${route?.binding.body}.`;
  return field.startsWith(prefix) ? field.slice(prefix.length) : field;
}

function failureMessage(
  error: DomainError,
  fields: readonly string[][],
  caller: Caller,
  route: Route | undefined,
): string {
  const { language } = caller;
  if (fields.length > 1) return say(language, (m) => m.invalidRequest);
  const sentences = fields[0]?.join(" ");
  if (sentences !== undefined) {
    const failure = route?.outcome.shape === "envelope" ? route.outcome.failure : undefined;
    return failure ? say(language, failure(sentences)) : sentences;
  }
  // Clients of the service before this one look for its English sentence (contract.md, section 5).
  const isThrottled = error.reason === "RATE_LIMITED" && !caller.languageAsked;
  return say(isThrottled ? "en" : language, error.sentence);
}
