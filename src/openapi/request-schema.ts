import type { DescField, DescMessage, JsonObject } from "@bufbuild/protobuf";
import { constraintsOf, isRequired } from "./constraints.js";
import { fieldExample } from "./field-examples.js";
import { described, nullable, type Sources, schemaName, valueSchema } from "./value-schema.js";

/** The fields of a request's message that a part of the request takes. */
export type IsIncluded = (field: DescField) => boolean;

/** Describes a message of a request as an object, with the names and rules of its .proto file. */
export function requestSchema(
  sources: Sources,
  message: DescMessage,
  isIncluded: IsIncluded = () => true,
): JsonObject {
  const { comments, components } = sources;
  return components.refer("schemas", schemaName(message), () => {
    const fields = message.fields.filter(isIncluded);
    const required = fields.filter(isRequired).map(({ name }) => name);
    return {
      type: "object",
      ...described(comments.of(message)),
      ...(required.length > 0 && { required }),
      properties: bodyProperties(sources, fields),
    };
  });
}

/** The properties of an object that has these fields. */
export function bodyProperties(sources: Sources, fields: readonly DescField[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field.name, bodyField(sources, field)]));
}

/** Null is the same as leaving a field out, except that it clears the fields of a profile. */
function bodyField(sources: Sources, field: DescField): JsonObject {
  const schema = fieldSchema(sources, field);
  const isList = field.fieldKind === "list";
  return {
    ...(isRequired(field) ? schema : nullable(schema)),
    ...described(sources.comments.ofField(field)),
    ...(field.name.includes("password") && { writeOnly: true }),
    ...(!field.message && { examples: [isList ? [fieldExample(field)] : fieldExample(field)] }),
  };
}

/** The schema of the value of a request's field. */
export function fieldSchema(sources: Sources, field: DescField): JsonObject {
  return {
    ...valueSchema(sources, field, (message) => requestSchema(sources, message)),
    ...(field.name.includes("password") && { format: "password" }),
    ...constraintsOf(field),
    ...(field.deprecated && { deprecated: true }),
  };
}
