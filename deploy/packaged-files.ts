import { cpSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import {
  FILE_ENCODINGS,
  type FileEncoding,
  type PagePackage,
  readPackagedFile,
} from "../src/pages/packaged-files.js";

/** 9 of 11: the last two levels take 16 times as long, and save 8 % of the files. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

const COMPRESS: Readonly<Record<FileEncoding, (content: Buffer) => Promise<Buffer>>> = {
  br: (content) => promisify(brotliCompress)(content, BROTLI),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
};

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
    source.files.map(async (file) => {
      const content = await readPackagedFile(source, file);
      const target = join(copied, file.path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      for (const encoding of FILE_ENCODINGS) {
        await writeFile(`${target}.${encoding}`, await COMPRESS[encoding](content));
      }
    }),
  );
}
