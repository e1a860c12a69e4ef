import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import type { Resource, Resources } from "../http/resource.js";
import { type Language, localize } from "../messages/catalogue.js";
import { IS_BUILT, PROGRAM_FOLDER } from "../system/program-folder.js";
import { htmlDocument, pageHeaders } from "./page.js";
import { staticFile } from "./static-file.js";

/** The address of the console, without the slash at the end, which is optional. */
const CONSOLE_PATH = "/admin";

/** The names of the console's files, which have a digest of their content. */
export interface ConsoleFiles {
  script: string;
  /** What the script imports at once, and what it does later. */
  imported: readonly string[];
  later: readonly string[];
  style: string;
  /** The scripts with the texts of each language. */
  texts: Readonly<Record<Language, string>>;
}

/** In the folder of the console: its files as JSON. */
export const CONSOLE_MANIFEST = "manifest.json";

/** Where the build writes the console; a server that runs from source serves the files of the last build. */
const FOLDER = new URL(IS_BUILT ? "console/" : "../dist/console/", PROGRAM_FOLDER);

const SOURCES = "script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";
const HEADERS = pageHeaders(SOURCES);

/** The administrators' console with its files; nothing if it has not been built. */
export function consolePages(): Resources {
  const files = readManifest();
  if (!files) return new Map();
  return new Map([
    [CONSOLE_PATH, consolePage(files, CONSOLE_PATH)],
    [`${CONSOLE_PATH}/`, consolePage(files, `${CONSOLE_PATH}/`)],
    [`${CONSOLE_PATH}/${files.style}`, consoleFile(files.style, "text/css; charset=utf-8")],
    ...[files.script, ...files.imported, ...files.later, ...Object.values(files.texts)].map(
      (name) => [`${CONSOLE_PATH}/${name}`, consoleFile(name, "text/javascript; charset=utf-8")] as const,
    ),
  ]);
}

function readManifest(): ConsoleFiles | null {
  try {
    return JSON.parse(readFileSync(new URL(CONSOLE_MANIFEST, FOLDER), "utf8")) as ConsoleFiles;
  } catch {
    return null;
  }
}

/**
 * The page at one of its addresses. The script fills it, in the language that its user has chosen. Until then it says what to do
 * if the script doesn't come: during an upgrade, another process may serve the page than its script, which then is a 404.
 */
function consolePage({ script, imported, style, texts }: ConsoleFiles, address: string): Resource {
  const relative = (name: string) => posix.relative(posix.dirname(`${address}.`), `${CONSOLE_PATH}/${name}`);
  const preload = (name: string) => `<link rel="modulepreload" href="${relative(name)}">`;
  return async ({ language }) => ({
    status: 200,
    contentType: "text/html; charset=utf-8",
    headers: { ...HEADERS, "content-language": language },
    body: htmlDocument({
      language,
      title: "WaterBill Identity",
      // Without an icon, browsers ask for /favicon.ico.
      head: `<link rel="icon" href="data:,">
<link rel="stylesheet" href="${relative(style)}">
${[...imported, texts[language]].map(preload).join("\n")}
<script src="${relative(script)}" type="module"></script>`,
      body: `<div id="console"><main class="narrow">${localize(language, (m) => m.consoleLoads)}</main></div>
<noscript>${localize(language, (m) => m.consoleNeedsScript)}</noscript>`,
    }),
  });
}

/** Another content has another name, so browsers never ask again. */
function consoleFile(name: string, contentType: string): Resource {
  return staticFile({
    contentType,
    headers: { ...HEADERS, "cache-control": "public, max-age=31536000, immutable" },
    isEncoded: true,
    read: (encoding) => readFile(new URL(encoding ? `${name}.${encoding}` : name, FOLDER)),
  });
}
