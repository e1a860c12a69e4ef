import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { isFieldError } from "@bufbuild/protobuf/reflect";
import { bodyNotJson, bodyUnreadable, fieldWrongType } from "../http/request-error.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Decodes UTF-8 and drops a byte order mark. Throws a RequestError if the bytes are not UTF-8. */
export function readText(bytes: Uint8Array): string {
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

/**
 * Converts a JSON object to a message. Accepts both spellings of field names and ignores unknown keys.
 * Throws a RequestError, which names the field if one has the wrong type.
 */
export function messageFromJson(schema: DescMessage, json: JsonObject): Message {
  try {
    return fromJson(schema, json, { ignoreUnknownFields: true });
  } catch (error) {
    // protobuf-es gives the field in the cause of its error; elsewhere it is only part of the message text.
    const cause = error instanceof Error ? error.cause : undefined;
    throw isFieldError(cause) ? fieldWrongType(cause.field().name, error) : bodyUnreadable(error);
  }
}

/** Decodes protobuf's binary encoding. Throws a RequestError. */
export function messageFromBinary(schema: DescMessage, bytes: Uint8Array): Message {
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
  encode: (schema, message) => Buffer.from(toJsonString(schema, message)),
};
