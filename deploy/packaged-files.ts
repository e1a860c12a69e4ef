import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type PagePackage, readPackagedFile } from "../src/pages/packaged-files.js";
import { writeStaticFile } from "./static-file.js";

/** What is copied besides the served files: the version, and the licences of what is in them. */
const NOTICES = /(^|[\\/])(package\.json|LICENSE|NOTICE)$|\.LICENSE\.txt$/;

/**
 * Writes the files of a package that a page loads to `folder`, as they are and compressed, with the structure of
 * node_modules.
 */
export async function copyPackagedFiles(source: PagePackage, folder: string): Promise<void> {
  const installed = join("node_modules", source.name);
  const copied = join(folder, source.name);
  for (const path of readdirSync(installed, { recursive: true, encoding: "utf8" })) {
    if (NOTICES.test(path)) cpSync(join(installed, path), join(copied, path));
  }
  await Promise.all(
    source.files.map(async (file) =>
      writeStaticFile(join(copied, file.path), await readPackagedFile(source, file, null)),
    ),
  );
}
