import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import type { Language } from "../messages/catalogue.js";
import { successBody, successStatus } from "../rest/envelope.js";
import { type SuccessResponse, successResponseFor } from "../rest/success-responses.js";
import { responseExample } from "./message-example.js";
import { operationName } from "./operation-name.js";
import { COUNTED, headersOf } from "./response-headers.js";
import { responseSchema } from "./response-schema.js";
import type { Sources } from "./value-schema.js";

/** The response to a call that succeeds, by its status. */
export function successResponseOf(sources: Sources, method: DescMethod): JsonObject {
  const success = successResponseFor(method);
  const response =
    success.shape === "file"
      ? fileResponse(sources, success.contentType)
      : {
          description: "The call succeeded.",
          headers: headersOf(sources.components, [
            ...COUNTED,
            ...(isAttachment(success) ? (["Content-Disposition"] as const) : []),
          ]),
          content: {
            "application/json": {
              schema: bodySchema(sources, method, success),
              examples: examplesOf(method, success),
            },
          },
        };
  return { [String(successStatus(success))]: response };
}

/** Whether browsers save the response as a file, which is an envelope all the same. */
function isAttachment(success: SuccessResponse): boolean {
  return success.shape === "envelope" && success.fileName !== undefined;
}

function fileResponse({ components }: Sources, contentType: string): JsonObject {
  return {
    description: "The file, which is streamed. A response that breaks off is not complete.",
    headers: headersOf(components, [...COUNTED, "Content-Disposition"]),
    content: { [contentType]: { schema: { type: "string" } } },
  };
}

/** A component, because generators of clients name the type after it. */
function bodySchema(sources: Sources, method: DescMethod, success: SuccessResponse): JsonObject {
  const { output } = method;
  if (success.shape === "bare") return responseSchema(sources, output);
  const renames = success.shape === "envelope" ? success.renames : undefined;
  const hasData = success.shape === "envelope";
  return sources.components.refer("schemas", `${operationName(method)}Success`, () => ({
    type: "object",
    required: ["status", "message", ...(hasData ? ["data"] : [])],
    properties: {
      status: { type: "string", const: "success" },
      message: { type: "string" },
      ...(hasData && { data: responseSchema(sources, output, renames) }),
    },
  }));
}

/** One example for each language; one for both if no message is in it. */
function examplesOf(method: DescMethod, success: SuccessResponse): JsonObject {
  const example = (language: Language) => ({
    value: successBody(success, responseExample(method), { language }),
  });
  return success.shape === "bare" ? { any: example("fr") } : { fr: example("fr"), en: example("en") };
}
