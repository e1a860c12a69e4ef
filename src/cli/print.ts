import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { toRestJson } from "../rest/rest-json.js";

/** One line of JSON, with the field names and formats of REST. */
export function jsonLine<Desc extends DescMessage>(schema: Desc, message: MessageInitShape<Desc>): string {
  return `${JSON.stringify(toRestJson(schema, create(schema, message)))}\n`;
}

/** Prints chunks of text as fast as the reader takes them. It is no error if the reader stops early, as `head` does. */
export async function print(pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
