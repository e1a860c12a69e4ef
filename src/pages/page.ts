import type { Resource } from "../http/resource.js";
import { type LocalizedMessage, localize } from "../messages/catalogue.js";

/**
 * Nothing runs, loads or sends but the page's own files and this service's own methods, no other site can frame it, and
 * the address, which holds a token, goes to nobody.
 */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
};

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

/** Writes a message as HTML text. */
export type Write = (message: LocalizedMessage) => string;

/** An HTML page in the caller's language. `main` returns the content of its main element. */
export function page(title: LocalizedMessage, script: string, main: (write: Write) => string): Resource {
  return async ({ language }) => {
    const write: Write = (message) => escapeHtml(localize(language, message));
    const body = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${write(title)}</title>
<link rel="stylesheet" href="page.css">
<script src="${script}" defer></script>
</head>
<body>
<main>
<h1>${write(title)}</h1>
${main(write)}
</main>
</body>
</html>
`;
    return { status: 200, contentType: "text/html; charset=utf-8", headers: PAGE_HEADERS, body };
  };
}

/** A file that pages load. */
export function pageFile(contentType: string, body: string): Resource {
  return async () => ({ status: 200, contentType, headers: PAGE_HEADERS, body });
}
