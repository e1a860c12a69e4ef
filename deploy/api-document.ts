import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { JsonValue } from "@bufbuild/protobuf";
import { type Comments, readComments } from "../src/openapi/comments.js";
import { openApiDocument } from "../src/openapi/document.js";
import { packageVersion } from "../src/system/package-version.js";
import { documentDifferences } from "./document-differences.js";

export const API_DOCUMENT_FILE = "gen/openapi.json";
/** The most differences that are listed. */
const MAX_LINES = 20;

/** The comments of the .proto files. */
export function protoComments(): Comments {
  return readComments(execFileSync("node_modules/.bin/buf", ["build", "proto", "-o", "-#format=binpb"]));
}

/** The text of the OpenAPI document. */
export function apiDocumentText(): string {
  return `${JSON.stringify(openApiDocument(protoComments(), packageVersion()), null, 2)}\n`;
}

/** What `gen/openapi.json` doesn't say as `text` does, line by line; undefined if it is the same. */
export function apiDocumentChanges(text: string): string | undefined {
  const committed = readFileSync(API_DOCUMENT_FILE, "utf8");
  if (committed === text) return undefined;
  const all = documentDifferences(JSON.parse(committed) as JsonValue, JSON.parse(text) as JsonValue);
  // A field is in many examples, and in one schema, which says more.
  const ofContract = all.filter((line) => !/ › examples? › /.test(line));
  const lines = ofContract.length > 0 ? ofContract : all;
  const more = lines.length - MAX_LINES;
  return [
    `${API_DOCUMENT_FILE} is out of date: run npm run generate, and commit gen/`,
    ...lines.slice(0, MAX_LINES),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(lines.length === 0 ? ["another order or layout"] : []),
  ].join("\n  ");
}
