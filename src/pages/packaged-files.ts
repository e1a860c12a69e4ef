import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Resources } from "../http/resource.js";
import { LoggableError } from "../system/loggable-error.js";
import { IS_BUILT, PROGRAM_FOLDER } from "../system/program-folder.js";
import { pageHeaders } from "./page.js";
import { type FileEncoding, staticFile } from "./static-file.js";

/** A file of a package that the documentation pages load. */
interface PackagedFile {
  /** Its path, as in node_modules. */
  path: string;
  contentType: string;
  /** What is served instead of the text. */
  change?: (text: string) => string;
}

/** A package that has what a documentation page runs. */
export interface PagePackage {
  name: string;
  files: readonly PackagedFile[];
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
/** The scripts name these files, with the licences of what is in them. */
const LICENSES = "text/plain; charset=utf-8";

export const SWAGGER_UI: PagePackage = {
  name: "swagger-ui-dist",
  files: [
    { path: "swagger-ui-bundle.js", contentType: SCRIPT },
    { path: "swagger-ui-bundle.js.LICENSE.txt", contentType: LICENSES },
    { path: "swagger-ui.css", contentType: STYLE },
  ],
};

export const REDOC: PagePackage = {
  name: "redoc",
  files: [
    { path: "bundles/redoc.standalone.js", contentType: SCRIPT, change: withoutLogo },
    { path: "bundles/redoc.standalone.js.LICENSE.txt", contentType: LICENSES },
  ],
};

export const PAGE_PACKAGES: readonly PagePackage[] = [SWAGGER_UI, REDOC];

const LOGO_URL = "https://cdn.redoc.ly/redoc/logo-mini.svg";

/** Replaces the URL of a logo by an empty image, which Redoc doesn't show: no option keeps it from loading the logo. */
export function withoutLogo(script: string): string {
  const parts = script.split(LOGO_URL);
  if (parts.length !== 2)
    throw new LoggableError(`Redoc has its logo at ${parts.length - 1} places, not at one`);
  return parts.join("data:,");
}

/** The folder of packages. The build copies what pages need of them into dist, with the structure of node_modules. */
const PACKAGES_FOLDER = new URL(IS_BUILT ? "packages/" : "../node_modules/", PROGRAM_FOLDER);

const locate = ({ name }: PagePackage, path: string) => new URL(`${name}/${path}`, PACKAGES_FOLDER);

/** The version of a package. Its files are served below it, so that browsers may keep them. */
export function versionOf(source: PagePackage): string {
  const { version } = JSON.parse(readFileSync(locate(source, "package.json"), "utf8")) as { version: string };
  return version;
}

/** Reads a file of a package as it is served. */
export async function readPackagedFile(
  source: PagePackage,
  { path, change }: PackagedFile,
  encoding: FileEncoding | null,
): Promise<Buffer> {
  const content = await readFile(locate(source, encoding ? `${path}.${encoding}` : path));
  // The build has changed it.
  return change && !IS_BUILT ? Buffer.from(change(content.toString())) : content;
}

const HEADERS = { ...pageHeaders(), "cache-control": "public, max-age=31536000, immutable" };

/** The files of a package, by their paths below `base`. */
export function packagedFiles(base: string, source: PagePackage): Resources {
  return new Map(
    source.files.map((file) => [
      `${base}${basename(file.path)}`,
      staticFile({
        contentType: file.contentType,
        headers: HEADERS,
        read: (encoding) => readPackagedFile(source, file, encoding),
      }),
    ]),
  );
}
