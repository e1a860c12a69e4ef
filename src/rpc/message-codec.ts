import { type DescMessage, type Message, toBinary, toJsonString } from "@bufbuild/protobuf";
import { messageFromBinary, messageFromJson, readJsonObject } from "./codec.js";

/** One of protobuf's two encodings. */
export interface MessageCodec {
  /** Throws a RequestFault. */
  decode(schema: DescMessage, bytes: Uint8Array): Message;
  encode(schema: DescMessage, message: Message): Uint8Array;
}

export const binaryCodec: MessageCodec = { decode: messageFromBinary, encode: toBinary };

export const jsonCodec: MessageCodec = {
  decode: (schema, bytes) => messageFromJson(schema, readJsonObject(bytes)),
  encode: (schema, message) => Buffer.from(toJsonString(schema, message)),
};
