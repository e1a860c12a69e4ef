import { writeFileSync } from "node:fs";
import { LoggableError } from "../src/system/loggable-error.js";
import { API_DOCUMENT_FILE, apiDocumentChanges, apiDocumentText } from "./api-document.js";

// The last step of `npm run generate`, because it imports what the first one generates: writes the OpenAPI document.
// With `--check` it only compares, and fails with what has changed.
try {
  const text = apiDocumentText();
  if (process.argv.includes("--check")) {
    const changes = apiDocumentChanges(text);
    if (changes) throw new LoggableError(changes);
  } else {
    writeFileSync(API_DOCUMENT_FILE, text);
  }
} catch (error) {
  if (!(error instanceof LoggableError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
