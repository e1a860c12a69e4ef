import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  ScalarType,
} from "@bufbuild/protobuf";
import { isTimestamp } from "../rest/rest-json.js";
import { LoggableError } from "../system/loggable-error.js";
import type { Comments } from "./comments.js";
import type { Components } from "./components.js";

/** What schemas are made of: the comments of the .proto files, and the components made so far. */
export interface Sources {
  comments: Comments;
  components: Components;
}

/** The JSON types of scalars (https://protobuf.dev/programming-guides/json/). */
const SCALARS = new Map<ScalarType, JsonObject>([
  [ScalarType.STRING, { type: "string" }],
  [ScalarType.BOOL, { type: "boolean" }],
  [ScalarType.INT32, { type: "integer", format: "int32", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
  // The format has generators choose a type that holds the maximum.
  [ScalarType.UINT32, { type: "integer", format: "int64", minimum: 0, maximum: 2 ** 32 - 1 }],
]);

/** Describes a message as an object. */
export type MessageSchema = (message: DescMessage) => JsonObject;

/** The schema of a field's value. Throws for a type that no message of REST has. */
export function valueSchema(sources: Sources, field: DescField, messageSchema: MessageSchema): JsonObject {
  const single = singleSchema(sources, field, messageSchema);
  if (field.fieldKind === "map") return { type: "object", additionalProperties: single };
  return field.fieldKind === "list" ? { type: "array", items: single } : single;
}

function singleSchema(sources: Sources, field: DescField, messageSchema: MessageSchema): JsonObject {
  if (field.enum) return enumSchema(sources, field.enum);
  if (isTimestamp(field.message)) return { type: "string", format: "date-time" };
  if (field.message) return messageSchema(field.message);
  const scalar = field.scalar === undefined ? undefined : SCALARS.get(field.scalar);
  if (!scalar) throw new LoggableError(`${field}: its type has no schema`);
  return { ...scalar };
}

function enumSchema({ comments, components }: Sources, declared: DescEnum): JsonObject {
  return components.refer("schemas", schemaName(declared), () => {
    // The value 0 means that the field is not set, which no client sends and no response has.
    const values = declared.values.filter(({ number }) => number !== 0);
    const meanings = values.map((value) => [value.name, comments.ofValue(value)]);
    const list = meanings.map(([name, meaning]) => `- \`${name}\`${meaning ? `: ${meaning}` : ""}`);
    return {
      type: "string",
      enum: values.map(({ name }) => name),
      description: [comments.of(declared), list.join("\n")].filter(Boolean).join("\n\n"),
    };
  });
}

/** `WhitelistChange.State` is `WhitelistChangeState`. */
export function schemaName({ typeName, file }: DescMessage | DescEnum): string {
  return typeName.slice(file.proto.package.length + 1).replaceAll(".", "");
}

/** A schema that also allows null. */
export function nullable(schema: JsonObject): JsonObject {
  if (typeof schema.type !== "string") return { anyOf: [schema, { type: "null" }] };
  return { ...schema, type: [schema.type, "null"] };
}

/** The description of something, or nothing if the text is empty. */
export function described(text: string): JsonObject {
  return text === "" ? {} : { description: text };
}
