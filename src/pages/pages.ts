import type { Resources } from "../http/resource.js";
import { apiDocument } from "./api-document.js";
import { documentationPages } from "./documentation-pages.js";
import { pageFile } from "./page.js";
import { PHONE_CHANGE_SCRIPT, phoneChangePage } from "./phone-change-page.js";

const STYLE = `body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 0; color: #1b1b1b; background: #fff; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; }
button { font: inherit; padding: 0.75rem 1.25rem; border: 0; border-radius: 0.375rem; color: #fff; background: #b3261e; }
button:disabled { background: #767676; }
#failure { color: #b3261e; }
`;

/** The service's own web pages, and the files that they load. */
const pages: Resources = new Map([
  ["/account/phone-change", phoneChangePage],
  ["/account/phone-change.js", pageFile("text/javascript; charset=utf-8", PHONE_CHANGE_SCRIPT)],
  ["/account/page.css", pageFile("text/css; charset=utf-8", STYLE)],
]);

/** What the service has for people: its web pages and, if it serves them, the documents of its API. */
export function createPages({ servesDocs }: { servesDocs: boolean }): Resources {
  return servesDocs ? new Map([...pages, ...apiDocument, ...documentationPages()]) : pages;
}
