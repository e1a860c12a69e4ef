import { execFileSync } from "node:child_process";
import { type Comments, readComments } from "../src/openapi/comments.js";
import { openApiDocument } from "../src/openapi/document.js";
import { packageVersion } from "../src/system/package-version.js";

/** The comments of the .proto files. */
export function protoComments(): Comments {
  return readComments(execFileSync("node_modules/.bin/buf", ["build", "proto", "-o", "-#format=binpb"]));
}

/** The text of the OpenAPI document. */
export function apiDocumentText(): string {
  return `${JSON.stringify(openApiDocument(protoComments(), packageVersion()), null, 2)}\n`;
}
