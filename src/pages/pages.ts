import type { Resources } from "../http/resource.js";
import { apiDocument } from "./api-document.js";
import { documentationPages } from "./documentation-pages.js";
import { pageFile } from "./page.js";
import { PAGE_STYLE } from "./page-style.js";
import { PHONE_CHANGE_SCRIPT, phoneChangePage } from "./phone-change-page.js";

/** The service's own web pages, and the files that they load. */
const pages: Resources = new Map([
  ["/account/phone-change", phoneChangePage],
  ["/account/phone-change.js", pageFile("text/javascript; charset=utf-8", PHONE_CHANGE_SCRIPT)],
  ["/account/page.css", pageFile("text/css; charset=utf-8", PAGE_STYLE)],
]);

/** What the service has for people: its web pages and, if it serves them, the documents of its API. */
export function createPages({ servesDocs }: { servesDocs: boolean }): Resources {
  return servesDocs ? new Map([...pages, ...apiDocument, ...documentationPages()]) : pages;
}
