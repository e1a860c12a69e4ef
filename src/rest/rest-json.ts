import {
  type DescField,
  type DescMessage,
  getOption,
  type JsonObject,
  type JsonValue,
  type Message,
  toJson,
} from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { body_only, omitted_if_unset } from "#gen/waterbill/options/v1/rest_pb.js";

/**
 * Converts a message to REST JSON (contract.md, section 2): proto field names in the order of the .proto file, with
 * every field present. An unset optional field or timestamp is null, unless its .proto file says that it is left out;
 * any other unset message is left out.
 */
export function toRestJson(schema: DescMessage, message: Message): JsonObject {
  const json = toJson(schema, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
  return withNulls(schema, json as JsonObject);
}

function withNulls(schema: DescMessage, json: JsonObject): JsonObject {
  const complete: JsonObject = {};
  for (const field of schema.fields) {
    const value = json[field.name];
    if (value !== undefined)
      complete[field.name] = field.message ? toNestedJson(field.message, value) : value;
    else if (!isLeftOut(field)) complete[field.name] = null;
  }
  return complete;
}

/** Caches the option: reading it decodes it every time. */
const omitted = new WeakMap<DescField, boolean>();

/** Whether a field is left out while it is unset, instead of being null. */
export function isLeftOut(field: DescField): boolean {
  if (field.message) return !isTimestamp(field.message);
  const known = omitted.get(field) ?? getOption(field, omitted_if_unset);
  omitted.set(field, known);
  return known;
}

/** Whether REST takes a field of a request from a body alone, and never from a query. */
export function isBodyOnly(field: DescField): boolean {
  return getOption(field, body_only);
}

export const isTimestamp = (message: DescMessage | undefined) =>
  message?.typeName === TimestampSchema.typeName;

function toNestedJson(schema: DescMessage, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => toNestedJson(schema, item));
  // Timestamps and other well-known types are not objects in JSON.
  return value !== null && typeof value === "object" ? withNulls(schema, value) : value;
}
