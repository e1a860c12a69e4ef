import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { FILE_ENCODINGS, type FileEncoding } from "../src/pages/static-file.js";

/** 9 of 11: the last two levels take 16 times as long, and save 8 % of the files. */
const BROTLI_QUALITY = 9;

/** For small files whose every byte is waited for. */
export const BEST_BROTLI_QUALITY = 11;

type Compress = (content: Buffer, brotliQuality: number) => Promise<Buffer>;

const COMPRESS: Readonly<Record<FileEncoding, Compress>> = {
  br: (content, quality) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
};

/** Writes a file that is served, as it is and in every encoding. */
export async function writeStaticFile(
  file: string,
  content: Buffer,
  brotliQuality = BROTLI_QUALITY,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  for (const encoding of FILE_ENCODINGS) {
    await writeFile(`${file}.${encoding}`, await COMPRESS[encoding](content, brotliQuality));
  }
}
