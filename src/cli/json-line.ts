import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { toRestJson } from "../rest/rest-json.js";

/** One line of JSON in the REST format. */
export function jsonLine<Desc extends DescMessage>(schema: Desc, message: MessageInitShape<Desc>): string {
  return `${JSON.stringify(toRestJson(schema, create(schema, message)))}\n`;
}
