import { languageOf } from "../http/request-caller.js";
import type { Resource } from "../http/resource.js";
import { type Language, type LocalizedMessage, localize } from "../messages/catalogue.js";

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

/** Writes a message as HTML text, or as the value of an attribute in double quotes. */
type Write = (message: LocalizedMessage) => string;

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

/** What a request for a page asks for. */
interface PageRequest {
  write: Write;
  language: Language;
  /** The token of a message's link; empty without one. */
  token: string;
}

/**
 * An HTML page in the language that `lang` in the query names, else in the caller's, with a link to the other language.
 * `main` returns the content of its main element.
 */
export function page(
  title: LocalizedMessage,
  script: string,
  main: (request: PageRequest) => string,
): Resource {
  return async (caller, _, query) => {
    const language = languageOf(query.get("lang") ?? "") ?? caller.language;
    const token = query.get("token") ?? "";
    const write: Write = (message) => escapeHtml(localize(language, message));
    const body = htmlDocument({
      language,
      title: write(title),
      head: `<link rel="stylesheet" href="page.css">
<script src="${script}" defer></script>`,
      body: `<header>${linkToLanguage(language === "fr" ? "en" : "fr", token)}</header>
<main>
<h1>${write(title)}</h1>
${main({ write, language, token })}
</main>`,
    });
    return {
      status: 200,
      contentType: "text/html; charset=utf-8",
      headers: { ...OWN_HEADERS, "content-language": language },
      body,
    };
  };
}

/** A link to the same page in another language. It keeps the token. */
function linkToLanguage(language: Language, token: string): string {
  const query = new URLSearchParams({ lang: language, ...(token && { token }) });
  const name = escapeHtml(localize(language, (m) => m.languageName));
  return `<a href="?${escapeHtml(query.toString())}" lang="${language}" hreflang="${language}">${name}</a>`;
}

/** A file that pages load. */
export function pageFile(contentType: string, body: string): Resource {
  return async () => ({ status: 200, contentType, headers: OWN_HEADERS, body });
}
