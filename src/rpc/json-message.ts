import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
} from "@bufbuild/protobuf";
import { FieldMaskSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { FieldViolation } from "../errors.js";
import { bodyUnreadable, RequestError } from "../http/request-error.js";
import type { LocalizedMessage } from "../messages/catalogue.js";
import { jsonOptionsOf } from "./json-options.js";

/** INVALID_REQUEST for fields of a JSON message whose values can't be read. */
export class UnreadableFieldsError extends RequestError {
  /** The message without those fields. */
  readonly readable: Message;

  constructor(fields: readonly FieldViolation[], readable: Message, cause: unknown) {
    super((m) => m.invalidRequest, { fields, cause });
    this.readable = readable;
  }
}

/** Levels of nested messages that are converted and named. No request has more than two. */
const MAX_DEPTH = 10;

/**
 * Converts a JSON object to a message. Accepts both spellings of field names and of the paths in masks, plain dates
 * (`2026-01-31` is midnight UTC), and enum values without the prefix of their names. Ignores unknown keys, but not
 * unknown enum values.
 * Throws an UnreadableFieldsError that names every field whose value can't be read.
 */
export function messageFromJson(schema: DescMessage, json: JsonObject): Message {
  const known = toProtoJson(schema, json);
  try {
    return readJson(schema, known);
  } catch (error) {
    throw unreadableFields(schema, known, error);
  }
}

function unreadableFields(schema: DescMessage, json: JsonObject, cause: unknown): RequestError {
  const { rest, violations } = readablePart(schema, json);
  if (!canRead(schema, rest)) return bodyUnreadable(cause);
  return new UnreadableFieldsError(violations, readJson(schema, rest), cause);
}

/** A JSON object without the fields that can't be read, and what is wrong with these. */
interface ReadablePart {
  rest: JsonObject;
  violations: FieldViolation[];
}

/**
 * Drops unreadable fields, those of nested messages too; and both values of a field that is sent in both spellings. The keys
 * must be known.
 */
function readablePart(schema: DescMessage, json: JsonObject, parents: readonly string[] = []): ReadablePart {
  const rest: JsonObject = {};
  const violations: FieldViolation[] = [];
  for (const [name, value] of Object.entries(json)) {
    const field = fieldsOf(schema).get(name)!;
    const path = [...parents, field.name];
    if (isSentTwice(field, json)) {
      if (name === field.name) violations.push({ field: path.join("."), message: (m) => m.fieldInvalid });
    } else if (canRead(schema, { [name]: value })) {
      rest[name] = value;
    } else {
      const part = readableValue(field, value, path);
      if (part.rest) rest[name] = part.rest;
      violations.push(...part.violations);
    }
  }
  return { rest, violations };
}

function isSentTwice({ name, jsonName }: DescField, json: JsonObject): boolean {
  return name !== jsonName && Object.hasOwn(json, name) && Object.hasOwn(json, jsonName);
}

/** The same for the value of a field that can't be read as it is; `rest` is null if nothing of it can be read. */
function readableValue(
  field: DescField,
  value: JsonValue,
  path: readonly string[],
): { rest: JsonObject | null; violations: FieldViolation[] } {
  if (holdsMessage(field) && isObject(value) && path.length < MAX_DEPTH) {
    const part = readablePart(field.message, value, path);
    if (part.violations.length > 0 && canRead(field.message, part.rest)) return part;
  }
  return { rest: null, violations: [{ field: path.join("."), message: messageFor(field) }] };
}

function readJson(schema: DescMessage, json: JsonValue): Message {
  return fromJson(schema, json, jsonOptionsOf(schema.file));
}

function canRead(schema: DescMessage, json: JsonObject): boolean {
  try {
    readJson(schema, json);
    return true;
  } catch {
    return false;
  }
}

function messageFor(field: DescField): LocalizedMessage {
  if (field.message?.typeName === TimestampSchema.typeName) return (m) => m.dateInvalid;
  return field.enum ? (m) => m.fieldInvalid : (m) => m.fieldWrongType;
}

const fieldMaps = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** The fields of a message by both spellings of their names. */
function fieldsOf(schema: DescMessage): ReadonlyMap<string, DescField> {
  const known = fieldMaps.get(schema);
  if (known) return known;
  const fields = new Map(
    schema.fields.flatMap((field) => [
      [field.name, field],
      [field.jsonName, field],
    ]),
  );
  fieldMaps.set(schema, fields);
  return fields;
}

/** Drops unknown keys, and writes dates, masks and enum values as proto JSON requires. */
function toProtoJson(schema: DescMessage, json: JsonObject, depth = 1): JsonObject {
  const fields = fieldsOf(schema);
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => {
      const field = fields.get(name);
      if (field?.message) return [[name, toProtoValue(field.message, value, depth)]];
      return field ? [[name, field.enum ? toEnumName(field.enum, value) : value]] : [];
    }),
  );
}

/** Adds the prefix to the name of an enum's value that leaves it out: `STAFF` is ACCOUNT_ROLE_STAFF. */
function toEnumName({ values }: DescEnum, value: JsonValue): JsonValue {
  return values.find(({ localName }) => localName === value)?.name ?? value;
}

function toProtoValue(schema: DescMessage, value: JsonValue, depth: number): JsonValue {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => toProtoValue(schema, item, depth + 1));
  if (typeof value === "string") return toProtoText(schema, value);
  return isObject(value) && isOrdinary(schema) ? toProtoJson(schema, value, depth + 1) : value;
}

function toProtoText({ typeName }: DescMessage, text: string): string {
  if (typeName === TimestampSchema.typeName) return toTimestamp(text);
  if (typeName === FieldMaskSchema.typeName)
    return text.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  return text;
}

/** Adds the time to a plain date. Cuts it off a day that doesn't exist, because the library would read 30 February. */
function toTimestamp(text: string): string {
  const date = text.slice(0, "2026-01-31".length);
  const midnight = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return exists ? `${date}${text.slice(date.length) || "T00:00:00Z"}` : date;
}

/** Whether a field holds one message that is an object in JSON. */
function holdsMessage(field: DescField): field is DescField & { message: DescMessage } {
  return field.fieldKind === "message" && isOrdinary(field.message);
}

/** Whether a message has no JSON form of its own, as the well-known types have. */
function isOrdinary({ typeName }: DescMessage): boolean {
  return !typeName.startsWith("google.protobuf.");
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
