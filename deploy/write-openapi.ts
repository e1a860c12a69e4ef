import { writeFileSync } from "node:fs";
import { apiDocumentText } from "./api-document.js";

// The last step of `npm run generate`, because it imports what the first one generates: writes the OpenAPI document to the
// file in the argument.
const [file = "gen/openapi.json"] = process.argv.slice(2);
writeFileSync(file, apiDocumentText());
