import type { Writable } from "node:stream";
import type { JsonObject } from "@bufbuild/protobuf";
import { DomainError } from "../errors.js";
import { localize } from "../messages/catalogue.js";
import { errorBody } from "../rest/envelope.js";
import { describeStartupError } from "../startup-error.js";

/**
 * Writes why a command failed: one line per error, and a stack only if the error is unexpected. As JSON it is one line,
 * the REST format with the reason; an error that is not in the error table has none.
 */
export function reportFailure(stderr: Writable, error: unknown, { isJson } = { isJson: false }): void {
  stderr.write(`${isJson ? JSON.stringify(failureBody(error)) : describeFailure(error)}\n`);
}

function failureBody(error: unknown) {
  if (isRefusal(error)) {
    const { data, ...body } = errorBody(error, "en", undefined);
    const fields = Object.entries(data as JsonObject).map(([field, messages]) => [
      optionName(field),
      messages,
    ]);
    return { ...body, data: Object.fromEntries(fields), reason: error.reason };
  }
  const reason = error instanceof DomainError ? error.reason : null;
  return { status: "error", message: describeStartupError(error), data: {}, reason };
}

function describeFailure(error: unknown): string {
  if (!isRefusal(error)) return describeStartupError(error);
  const lines = error.fields.map(({ field, message }) => `${optionName(field)}: ${localize("en", message)}`);
  return (lines.length > 0 ? lines : [localize("en", error.localizedMessage)]).join("\n");
}

/** Names a field as flat bodies of REST do, without the message that has it: `email` for `profile.email`. */
function optionName(field: string): string {
  return field.slice(field.lastIndexOf(".") + 1);
}

/** Whether a use case refused the command, as it would refuse a call. */
function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && error.reason !== "OVERLOADED";
}
