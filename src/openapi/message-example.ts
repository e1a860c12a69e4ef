import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { isTimestamp } from "../rest/rest-json.js";
import { fieldExample } from "./field-examples.js";
import type { IsIncluded } from "./request-schema.js";

/** A believable message, from the examples of its fields. Of a list it has one element. */
export function messageExample(message: DescMessage, isIncluded: IsIncluded = () => true): JsonObject {
  const fields = message.fields.filter(isIncluded);
  return Object.fromEntries(fields.map((field) => [field.name, valueExample(field)]));
}

function valueExample(field: DescField): JsonValue {
  const single =
    field.message && !isTimestamp(field.message) ? messageExample(field.message) : fieldExample(field);
  return field.fieldKind === "list" ? [single] : single;
}
