import type { Resource } from "../http/resource.js";
import { type LocalizedMessage, localize } from "../messages/catalogue.js";

/** What a page may run, load and send to, if it needs no more than its own files and this service's methods. */
const OWN_SOURCES = "script-src 'self'; style-src 'self'; connect-src 'self'";

/**
 * The headers of a page and its files. Nothing runs, loads or sends but what `sources` allow, no other site can frame it,
 * and the address, which may hold a token, goes to nobody.
 */
export function pageHeaders(sources = OWN_SOURCES): Readonly<Record<string, string>> {
  return {
    "content-security-policy": `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
  };
}

const OWN_HEADERS = pageHeaders();

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

/** Writes a message as HTML text. */
export type Write = (message: LocalizedMessage) => string;

interface Html {
  language: string;
  /** HTML, like the rest. */
  title: string;
  head: string;
  body: string;
}

/** The text of a page. */
export function htmlDocument({ language, title, head, body }: Html): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

/** An HTML page in the caller's language. `main` returns the content of its main element. */
export function page(title: LocalizedMessage, script: string, main: (write: Write) => string): Resource {
  return async ({ language }) => {
    const write: Write = (message) => escapeHtml(localize(language, message));
    const body = htmlDocument({
      language,
      title: write(title),
      head: `<link rel="stylesheet" href="page.css">
<script src="${script}" defer></script>`,
      body: `<main>
<h1>${write(title)}</h1>
${main(write)}
</main>`,
    });
    return { status: 200, contentType: "text/html; charset=utf-8", headers: OWN_HEADERS, body };
  };
}

/** A file that pages load. */
export function pageFile(contentType: string, body: string): Resource {
  return async () => ({ status: 200, contentType, headers: OWN_HEADERS, body });
}
