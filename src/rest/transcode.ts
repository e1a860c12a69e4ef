import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import { parseContentType } from "../http/content-type.js";
import { type NodeRequest, queryOf } from "../http/node-handler.js";
import { decompress, readBody } from "../http/read-body.js";
import { jsonRequired } from "../http/request-error.js";
import { readJsonObject } from "../rpc/codec.js";
import { messageFromJson } from "../rpc/json-message.js";
import { LoggableError } from "../system/loggable-error.js";
import type { HttpBinding } from "./http-rules.js";
import { isBodyOnly } from "./rest-json.js";
import type { Variables } from "./route-table.js";

/**
 * Builds the message of a REST request from the query of a GET or DELETE, then the body, then the path variables; later
 * sources override earlier ones. Unknown names are ignored, and null counts as absent. Rejects with a RequestError, or
 * with ConnectError canceled if the client disconnects.
 */
export async function transcode(
  input: DescMessage,
  binding: HttpBinding,
  variables: Variables,
  request: NodeRequest,
): Promise<Message> {
  const query = ["GET", "DELETE"].includes(binding.httpMethod) ? readQuery(input, request) : {};
  const body = binding.body === "" ? {} : await readBodyFields(input, binding.body, request);
  return messageFromJson(input, { ...query, ...body, ...variables });
}

async function readBodyFields(input: DescMessage, body: string, request: NodeRequest): Promise<JsonObject> {
  if (body === "*") return readFields(request);
  const field = input.fields.find(({ name }) => name === body);
  if (field?.fieldKind !== "message") throw new LoggableError(`${input} has no message field ${body}`);
  const fields = await readFields(request);
  return { [body]: fields, ...maskOf(input, field.message, fields) };
}

/**
 * Builds the `update_mask` of a method that takes one from the fields that a flat body contains, so that fields the
 * client leaves out keep their values. In JSON a mask is a comma-separated list of JSON names.
 */
function maskOf(input: DescMessage, schema: DescMessage, fields: JsonObject): JsonObject {
  const mask = input.fields.find((field) => field.message?.typeName === FieldMaskSchema.typeName);
  if (!mask) return {};
  const sent = Object.keys(fields).flatMap((name) => findField(schema, name)?.jsonName ?? []);
  return { [mask.name]: sent.join(",") };
}

/** Reads the body, a JSON object. Without a body the object is empty, and no content type is needed. */
async function readFields(request: NodeRequest): Promise<JsonObject> {
  const { mediaType, isUtf8 } = parseContentType(request.headers["content-type"]);
  const isJson = mediaType === "application/json" && isUtf8;
  if (!isJson && mediaType !== "") throw jsonRequired();
  const bytes = decompress(await readBody(request), request.headers["content-encoding"]);
  if (bytes.length === 0) return {};
  if (!isJson) throw jsonRequired();
  return readJsonObject(bytes);
}

/** Reads the fields of the query, without those that only a body may have. */
export function readQuery(input: DescMessage, request: NodeRequest): JsonObject {
  // In a query a plus means a space, but before a digit it belongs to a number: values don't begin with a space, and
  // reading +675… as 675… could yield a different number.
  const text = queryOf(request).replaceAll(/=\+(?=\d)/g, "=%2B");
  return textFields(input, new URLSearchParams(text));
}

/**
 * Converts text fields to JSON. Proto JSON accepts numbers and enums as strings, but not booleans. The last value of a
 * repeated name wins.
 */
function textFields(schema: DescMessage, parameters: URLSearchParams): JsonObject {
  const entries = Array.from(parameters).flatMap(([name, value]): [string, JsonValue][] => {
    const field = findField(schema, name);
    if (field && isBodyOnly(field)) return [];
    return [[name, isBoolean(field) ? toBoolean(value) : value]];
  });
  return Object.fromEntries(entries);
}

function findField(schema: DescMessage, name: string): DescField | undefined {
  return schema.fields.find((field) => field.name === name || field.jsonName === name);
}

function isBoolean(field: DescField | undefined): boolean {
  return field?.fieldKind === "scalar" && field.scalar === ScalarType.BOOL;
}

/** Converts `true` and `false`; leaves other text as it is, to be refused later as the wrong type. */
function toBoolean(text: string): JsonValue {
  return (
    new Map([
      ["true", true],
      ["false", false],
    ]).get(text.toLowerCase()) ?? text
  );
}
