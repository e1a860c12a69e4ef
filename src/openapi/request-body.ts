import type { DescField, DescMethod, JsonObject } from "@bufbuild/protobuf";
import type { HttpBinding } from "../rest/http-rules.js";
import { isRequired } from "./constraints.js";
import { requestExample } from "./message-example.js";
import { isInPath } from "./parameters.js";
import { bodyProperties, requestSchema } from "./request-schema.js";
import type { Sources } from "./value-schema.js";

/** A file, as the example of an upload. */
const CSV = "phone,notes,is_active\n+237670000001,Building B,true\n";

/** The body of one way to call a method; undefined if it has none. */
export function requestBodyOf(
  sources: Sources,
  method: DescMethod,
  binding: HttpBinding,
): JsonObject | undefined {
  if (binding.body === "") return undefined;
  if (method.methodKind === "client_streaming") return uploadBody(binding.body);
  const message = method.input.fields.find(({ name }) => name === binding.body)?.message ?? method.input;
  const isIncluded = (field: DescField) => !isInPath(binding, field);
  const fields = message.fields.filter(isIncluded);
  if (fields.length === 0) return undefined;
  // The query of a DELETE may have what its body lacks.
  const isDelete = binding.httpMethod === "DELETE";
  return {
    ...(isDelete && { description: "The same fields as in the query, which it overrides." }),
    ...(!isDelete && fields.some(isRequired) && { required: true }),
    content: {
      "application/json": {
        schema: isDelete
          ? { type: "object", properties: bodyProperties(sources, fields) }
          : requestSchema(sources, message, isIncluded),
        example: requestExample(message, isIncluded),
      },
    },
  };
}

/**
 * A file as the only file of a form, or as it is. The form comes first: OpenAPI Generator's Java code doesn't compile in the
 * other order.
 */
function uploadBody(field: string): JsonObject {
  const file = { type: "string", contentMediaType: "text/csv", format: "binary" };
  return {
    required: true,
    content: {
      "multipart/form-data": {
        schema: { type: "object", required: [field], properties: { [field]: file } },
      },
      "text/csv": { schema: { type: "string" }, example: CSV },
    },
  };
}
