import { readFile } from "node:fs/promises";
import type { Resource, Resources } from "../http/resource.js";
import { IS_BUILT, PROGRAM_FOLDER } from "../system/program-folder.js";

/** The document of `npm run generate`. The build copies it. */
const FILE = new URL(IS_BUILT ? "openapi.json" : "../gen/openapi.json", PROGRAM_FOLDER);

const HEADERS = {
  "cache-control": "public, max-age=300",
  // The document is in English, whatever language is asked for.
  "content-language": "en",
  vary: "Accept-Encoding",
};

/** Reads the file for each request: few ask for it, and it would take memory for all others. */
const read: Resource = async () => ({
  status: 200,
  contentType: "application/json",
  headers: HEADERS,
  body: await readFile(FILE, "utf8"),
});

/** The OpenAPI document of the REST API. */
export const apiDocument: Resources = new Map([
  ["/api/schema", read],
  ["/api/schema/", read],
  ["/api/openapi.json", read],
]);
