import type { DescField, DescMessage, JsonObject } from "@bufbuild/protobuf";
import { isLeftOut } from "../rest/rest-json.js";
import { described, nullable, type Sources, schemaName, valueSchema } from "./value-schema.js";

/** The names that REST has for fields of a message, where they differ from those of the .proto file. */
export type Renames = Readonly<Record<string, string>>;

/**
 * Describes a message of a response as an object, as `toRestJson` writes it. A field that the .proto file calls `optional`
 * may be unset: it is null then, or left out. Every other field is always there. Clients must expect new fields.
 */
export function responseSchema(sources: Sources, message: DescMessage, renames: Renames = {}): JsonObject {
  const { comments, components } = sources;
  const restName = ({ name }: DescField) => renames[name] ?? name;
  return components.refer("schemas", schemaName(message), () => {
    const required = message.fields.filter((field) => !(mayBeUnset(field) && isLeftOut(field)));
    return {
      type: "object",
      ...described(comments.of(message)),
      ...(required.length > 0 && { required: required.map(restName) }),
      properties: Object.fromEntries(
        message.fields.map((field) => [restName(field), memberSchema(sources, field)]),
      ),
    };
  });
}

function mayBeUnset(field: DescField): boolean {
  return field.proto.proto3Optional;
}

function memberSchema(sources: Sources, field: DescField): JsonObject {
  const schema = valueSchema(sources, field, (message) => responseSchema(sources, message));
  return {
    ...(mayBeUnset(field) && !isLeftOut(field) ? nullable(schema) : schema),
    ...described(sources.comments.ofField(field)),
    ...(field.deprecated && { deprecated: true }),
  };
}
