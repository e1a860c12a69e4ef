import type { DescField, DescMethod, JsonObject } from "@bufbuild/protobuf";
import type { HttpBinding } from "../rest/http-rules.js";
import { isBodyOnly, isTimestamp } from "../rest/rest-json.js";
import { successResponseFor } from "../rest/success-responses.js";
import { isRequired } from "./constraints.js";
import { fieldExample } from "./field-examples.js";
import { fieldSchema } from "./request-schema.js";
import { described, type Sources } from "./value-schema.js";

/** Whether the path takes a field. */
export function isInPath({ segments }: HttpBinding, { name }: DescField): boolean {
  return segments.some((segment) => segment.isVariable && segment.name === name);
}

/** The parameters of one way to call a method: those of its path, then those of its query, and the language. */
export function parametersOf(sources: Sources, method: DescMethod, binding: HttpBinding): JsonObject[] {
  const { fields } = method.input;
  const inPath = fields.filter((field) => isInPath(binding, field));
  return [
    ...inPath.map((field) => ({ ...parameter(sources, field), in: "path", required: true })),
    ...queryFields(method, binding).map((field) => ({
      ...parameter(sources, field),
      in: "query",
      // What the body has the query may lack.
      ...(isRequired(field) && binding.body === "" && { required: true }),
    })),
    acceptLanguage(sources),
  ];
}

/**
 * The fields that the query takes: of a method without a body, of a DELETE, whose body clients may be unable to send, and
 * those beside the file of an upload.
 */
function queryFields(method: DescMethod, binding: HttpBinding): DescField[] {
  const readsQuery =
    ["GET", "DELETE"].includes(binding.httpMethod) || method.methodKind === "client_streaming";
  if (!readsQuery) return [];
  const success = successResponseFor(method);
  const preset = success.shape === "file" ? success.request : {};
  return method.input.fields.filter(
    (field) =>
      !isInPath(binding, field) &&
      !isBodyOnly(field) &&
      field.name !== binding.body &&
      !(field.name in preset) &&
      isText(field),
  );
}

/** Whether a text in a query can hold the value. */
function isText({ fieldKind, message }: DescField): boolean {
  return fieldKind === "scalar" || fieldKind === "enum" || (fieldKind === "message" && isTimestamp(message));
}

function parameter(sources: Sources, field: DescField): JsonObject {
  return {
    name: field.name,
    ...described(sources.comments.ofField(field)),
    schema: fieldSchema(sources, field),
    example: fieldExample(field),
  };
}

function acceptLanguage({ components }: Sources): JsonObject {
  return components.refer("parameters", "AcceptLanguage", () => ({
    name: "Accept-Language",
    in: "header",
    description: "The language of messages: `fr` (the default) or `en`, also as `en-GB;q=0.8, fr;q=0.5`.",
    schema: { type: "string" },
    example: "en",
  }));
}
