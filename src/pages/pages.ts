import type { Resources } from "../http/resource.js";
import { accountDeletionPage } from "./account-deletion-page.js";
import { ACCOUNT_DELETION_SCRIPT } from "./account-deletion-script.js";
import { apiDocument } from "./api-document.js";
import { consolePages } from "./console-page.js";
import { documentationPages } from "./documentation-pages.js";
import { pageFile } from "./page.js";
import { PAGE_STYLE } from "./page-style.js";
import { PHONE_CHANGE_SCRIPT, phoneChangePage } from "./phone-change-page.js";

interface PageConfig {
  servesDocs: boolean;
  servesConsole: boolean;
  /** Time (s) from the confirmation of a deletion until the account is erased. */
  accountDeletionSeconds: number;
}

const script = (text: string) => pageFile("text/javascript; charset=utf-8", text);

/** What the service has for people: its web pages with their files and, if it serves
 * them, the administrators' console and the documents of its API. */
export function createPages({ servesDocs, servesConsole, accountDeletionSeconds }: PageConfig): Resources {
  return new Map([
    ["/account/phone-change", phoneChangePage],
    ["/account/phone-change.js", script(PHONE_CHANGE_SCRIPT)],
    ["/account/delete", accountDeletionPage(accountDeletionSeconds)],
    ["/account/delete.js", script(ACCOUNT_DELETION_SCRIPT)],
    ["/account/page.css", pageFile("text/css; charset=utf-8", PAGE_STYLE)],
    ...(servesConsole ? consolePages() : []),
    ...(servesDocs ? [...apiDocument, ...documentationPages()] : []),
  ]);
}
