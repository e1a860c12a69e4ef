import { type DescMessage, type JsonObject, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";

/**
 * A message as REST shows it (contract.md, section 2): proto field names in the order of the .proto file,
 * every field present; an optional field or a time that is not set is null, another message is left out.
 */
export function toRestJson(schema: DescMessage, message: Message): JsonObject {
  const json = toJson(schema, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
  return withNulls(schema, json as JsonObject);
}

function withNulls(schema: DescMessage, json: JsonObject): JsonObject {
  const entries = schema.fields.flatMap((field): [string, JsonValue][] => {
    const value = json[field.name];
    if (value === undefined) return field.message && !isTime(field.message) ? [] : [[field.name, null]];
    return [[field.name, field.message ? nested(field.message, value) : value]];
  });
  return Object.fromEntries(entries);
}

const isTime = ({ typeName }: DescMessage) => typeName === TimestampSchema.typeName;

function nested(schema: DescMessage, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => nested(schema, item));
  // Timestamps and their like are no objects in JSON.
  return value !== null && typeof value === "object" ? withNulls(schema, value) : value;
}
