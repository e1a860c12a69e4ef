import { posix } from "node:path";
import type { Resource, Resources } from "../http/resource.js";
import { type PagePackage, packagedFiles, REDOC, SWAGGER_UI, versionOf } from "./packaged-files.js";
import { htmlDocument, pageFile, pageHeaders } from "./page.js";

/** The address of the document, relative to the script: the service may be served below a path. */
const DOCUMENT_URL = `new URL("../openapi.json", document.currentScript.src).href`;

/**
 * The page keeps no token, and asks no validator about the document. Calls go where the document came from, which the
 * document itself can't say: not to another application on the host.
 */
const SWAGGER_SCRIPT = `"use strict";
const documentUrl = ${DOCUMENT_URL};
const servers = [{ url: new URL("..", documentUrl).href.slice(0, -1) }];
SwaggerUIBundle({
  url: documentUrl,
  responseInterceptor(response) {
    if (response.ok && response.url === documentUrl) {
      response.text = JSON.stringify({ ...JSON.parse(response.text), servers });
    }
    return response;
  },
  dom_id: "#document",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** The fonts are the system's: the page loads none. */
const REDOC_SCRIPT = `"use strict";
const fontFamily = "system-ui, sans-serif";
const code = { fontFamily: "ui-monospace, monospace" };
Redoc.init(
  ${DOCUMENT_URL},
  { theme: { typography: { fontFamily, headings: { fontFamily }, code } } },
  document.getElementById("document"),
);
`;

/** Swagger UI has a column for links to other operations, which the document has none of, nor a small screen room for. */
const STYLE = `body { margin: 0; }
.swagger-ui .response-col_links { display: none; }
`;

interface DocumentationPage {
  /** Without the slash at the end, which is optional. */
  path: string;
  title: string;
  package: PagePackage;
  /** Starts what the package has. */
  initializer: string;
  /** What the page may run, load and send to. */
  sources: string;
}

const COMMON_SOURCES = "script-src 'self'; connect-src 'self'; img-src 'self' data:";

const PAGES: readonly DocumentationPage[] = [
  {
    path: "/api/docs",
    title: "Swagger UI",
    package: SWAGGER_UI,
    initializer: SWAGGER_SCRIPT,
    sources: `${COMMON_SOURCES}; style-src 'self'`,
  },
  {
    path: "/api/redoc",
    title: "Redoc",
    package: REDOC,
    initializer: REDOC_SCRIPT,
    // It makes its styles, and searches in a worker that it makes.
    sources: `${COMMON_SOURCES}; style-src 'self' 'unsafe-inline'; worker-src blob:`,
  },
];

/** The pages that show the OpenAPI document, in English as it is, with what they load: nothing comes from elsewhere. */
export function documentationPages(): Resources {
  return new Map(PAGES.flatMap((page) => [...resourcesOf(page)]));
}

function resourcesOf(page: DocumentationPage): Resources {
  const { path } = page;
  const files = packagedFiles(`${path}/${versionOf(page.package)}/`, page.package);
  const style = `${path}/page.css`;
  const initializer = `${path}/initializer.js`;
  const loaded = [...files.keys(), style, initializer];
  return new Map([
    [path, htmlPage(page, loaded, path)],
    [`${path}/`, htmlPage(page, loaded, `${path}/`)],
    [style, pageFile("text/css; charset=utf-8", STYLE)],
    [initializer, pageFile("text/javascript; charset=utf-8", page.initializer)],
    ...files,
  ]);
}

/** The page at one of its addresses. All other addresses in it are relative. */
function htmlPage(
  { title, sources }: DocumentationPage,
  loaded: readonly string[],
  address: string,
): Resource {
  const relative = (path: string) => posix.relative(posix.dirname(`${address}.`), path);
  const elements = loaded.map(relative).flatMap((file) => {
    if (file.endsWith(".js")) return `<script src="${file}" defer></script>`;
    return file.endsWith(".css") ? `<link rel="stylesheet" href="${file}">` : [];
  });
  const body = htmlDocument({
    language: "en",
    title: `WaterBill Identity: ${title}`,
    // Without an icon, browsers ask for /favicon.ico.
    head: [`<link rel="icon" href="data:,">`, ...elements].join("\n"),
    body: `<div id="document">Loading …</div>
<noscript>This page needs JavaScript. It shows <a href="${relative("/api/openapi.json")}">openapi.json</a>.</noscript>`,
  });
  const headers = { ...pageHeaders(sources), "content-language": "en" };
  return async () => ({ status: 200, contentType: "text/html; charset=utf-8", headers, body });
}
