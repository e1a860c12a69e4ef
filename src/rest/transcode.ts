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
import type { NodeRequest } from "../http/node-handler.js";
import { decompress, readBody } from "../http/read-body.js";
import { contentTypeUnsupported } from "../http/request-error.js";
import { messageFromJson, readJsonObject, readText } from "../rpc/codec.js";
import type { HttpBinding } from "./http-rules.js";
import type { Variables } from "./route-table.js";

/**
 * The message that a REST request stands for: the query of a GET or DELETE, then the body, then the path's
 * variables, the later over the earlier. Unknown names are ignored, null is absent. Throws a RequestFault.
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
  if (body === "*") return readFields(input, request);
  const field = input.fields.find(({ name }) => name === body);
  if (field?.fieldKind !== "message") throw new Error(`${input} has no message field ${body}`);
  const fields = await readFields(field.message, request);
  return { [body]: fields, ...maskOf(input, field.message, fields) };
}

/**
 * Which fields of a partial body were sent, where the method takes an `update_mask`: what a client of the
 * flat form leaves out stays as it is. In JSON a mask is a list of JSON names, with commas.
 */
function maskOf(input: DescMessage, schema: DescMessage, fields: JsonObject): JsonObject {
  const mask = input.fields.find((field) => field.message?.typeName === FieldMaskSchema.typeName);
  if (!mask) return {};
  const sent = Object.keys(fields).flatMap((name) => fieldNamed(schema, name)?.jsonName ?? []);
  return { [mask.name]: sent.join(",") };
}

/** The body as an object: JSON, or a form's flat fields. An empty body is an empty object. */
async function readFields(schema: DescMessage, request: NodeRequest): Promise<JsonObject> {
  const { mediaType, isUtf8 } = parseContentType(request.headers["content-type"]);
  const isForm = mediaType === "application/x-www-form-urlencoded";
  // Without a content type the body counts as JSON, which it then has to be.
  const isJson = mediaType === "application/json" || mediaType === "";
  if (!isUtf8 || !(isForm || isJson)) throw contentTypeUnsupported();
  const bytes = decompress(await readBody(request), request.headers["content-encoding"]);
  if (bytes.length === 0) return {};
  return isForm ? textFields(schema, new URLSearchParams(readText(bytes))) : readJsonObject(bytes);
}

/** The query's fields. */
export function readQuery(input: DescMessage, request: NodeRequest): JsonObject {
  const target = request.url ?? "";
  const query = target.indexOf("?");
  // In a query a plus means a space, but before a number it is the number's own: nobody begins a value with a space,
  // and to take +675… for 675… may make another number of it.
  const text = query < 0 ? "" : target.slice(query + 1).replaceAll(/=\+(?=\d)/g, "=%2B");
  return textFields(input, new URLSearchParams(text));
}

/** Fields given as text: proto JSON takes numbers and enums as strings, but no booleans. Of a name that comes twice the last value counts. */
function textFields(schema: DescMessage, parameters: URLSearchParams): JsonObject {
  const entries = Array.from(parameters, ([name, value]): [string, JsonValue] => {
    return [name, isBoolean(fieldNamed(schema, name)) ? toBoolean(value) : value];
  });
  return Object.fromEntries(entries);
}

function fieldNamed(schema: DescMessage, name: string): DescField | undefined {
  return schema.fields.find((field) => field.name === name || field.jsonName === name);
}

function isBoolean(field: DescField | undefined): boolean {
  return field?.fieldKind === "scalar" && field.scalar === ScalarType.BOOL;
}

/** Anything but the two words is left as it is, and refused later as of the wrong type. */
function toBoolean(text: string): JsonValue {
  return (
    new Map([
      ["true", true],
      ["false", false],
    ]).get(text.toLowerCase()) ?? text
  );
}
