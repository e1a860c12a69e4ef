import {
  type DescMessage,
  fromBinary,
  type JsonObject,
  type JsonValue,
  type Message,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { bodyNotJson, bodyUnreadable } from "../http/request-error.js";
import { messageFromJson } from "./json-message.js";
import { jsonOptionsOf } from "./json-options.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Decodes UTF-8 and drops a byte order mark. Throws a RequestError if the bytes are not UTF-8. */
function readText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw bodyUnreadable(error);
  }
}

/** Parses a JSON object; a duplicate key takes its last value. Throws a RequestError. */
export function readJsonObject(bytes: Uint8Array): JsonObject {
  const value = parseJson(readText(bytes));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw bodyNotJson();
  return value;
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw bodyNotJson(error);
  }
}

/** Decodes protobuf's binary encoding. Throws a RequestError. */
function messageFromBinary(schema: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    throw bodyUnreadable(error);
  }
}

/** One of protobuf's two encodings. */
export interface MessageCodec {
  /** Throws a RequestError. */
  decode(schema: DescMessage, bytes: Uint8Array): Message;
  encode(schema: DescMessage, message: Message): Uint8Array;
}

export const binaryCodec: MessageCodec = { decode: messageFromBinary, encode: toBinary };

export const jsonCodec: MessageCodec = {
  decode: (schema, bytes) => messageFromJson(schema, readJsonObject(bytes)),
  encode: (schema, message) => Buffer.from(toJsonString(schema, message, jsonOptionsOf(schema.file))),
};
