import { readFile } from "node:fs/promises";
import type { Resources } from "../http/resource.js";
import { IS_BUILT, PROGRAM_FOLDER } from "../system/program-folder.js";
import { staticFile } from "./static-file.js";

/** The document of `npm run generate`. The build copies it. */
const FILE = IS_BUILT ? "openapi.json" : "../gen/openapi.json";

const document = staticFile({
  contentType: "application/json",
  headers: { "cache-control": "public, max-age=300" },
  read: (encoding) => readFile(new URL(encoding ? `${FILE}.${encoding}` : FILE, PROGRAM_FOLDER)),
});

/** The OpenAPI document of the REST API. */
export const apiDocument: Resources = new Map([
  ["/api/schema", document],
  ["/api/schema/", document],
  ["/api/openapi.json", document],
]);
