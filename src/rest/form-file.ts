import type { DescMessage } from "@bufbuild/protobuf";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { type DomainError, invalidField } from "../errors.js";
import { RequestError } from "../http/request-error.js";

/** Bounds on the parts beside the file, which are not kept. Sizes are in bytes. */
const LIMITS = { parts: 100, fieldSize: 1024, headerPairs: 100, headerSize: 16_384 };

/** Content-Transfer-Encodings that change nothing. RFC 7578, section 4.7, deprecates all others. */
const IDENTITY_ENCODINGS = ["7bit", "8bit", "binary"];

/**
 * Yields the file of a `multipart/form-data` body (RFC 7578) in chunks, as the body arrives. The file is the part with
 * a file name; without one, the part named `file` or as `field`, which is the field of `input` that takes the file.
 * Other parts are ignored, but one named as another field of `input` is refused: those are read from the query.
 *
 * Throws INVALID_REQUEST if the form can't be read, or does not have exactly one file. What precedes the error has been
 * yielded by then.
 */
export async function* readFormFile(
  contentType: string,
  body: AsyncIterable<Buffer>,
  input: DescMessage,
  field: string,
): AsyncGenerator<Buffer> {
  const form = openForm(contentType, input, field);
  for await (const chunk of body) yield* await form.write(chunk);
  yield* await form.end();
}

/** Both methods return what has arrived of the file, and throw what is wrong with the form so far. */
interface FormReader {
  write(chunk: Buffer): Promise<Buffer[]>;
  end(): Promise<Buffer[]>;
}

function openForm(contentType: string, input: DescMessage, field: string): FormReader {
  const isFile = (name?: string, fileName?: string) =>
    fileName === undefined ? name === "file" || name === field : fileName !== "";
  const parser = createParser(contentType, isFile);
  const pieces: Buffer[] = [];
  let fileCount = 0;
  let failure: DomainError | undefined;
  const fail = (error: DomainError) => {
    failure ??= error;
  };

  parser.on("file", (_name, file, _fileName, encoding) => {
    fileCount += 1;
    if (fileCount > 1) fail(invalidField(field, (m) => m.formFileNotAlone));
    if (!IDENTITY_ENCODINGS.includes(encoding)) fail(invalidField(field, (m) => m.formFileEncoded));
    file.on("data", (piece: Buffer) => pieces.push(piece));
    // The parser reports it too.
    file.on("error", () => {});
  });
  parser.on("field", (name) => {
    const isInQuery = input.fields.some((each) => each.name === name || each.jsonName === name);
    if (isInQuery) fail(invalidField(name, (m) => m.formFieldMisplaced));
  });
  parser.on("partsLimit", () => fail(formUnreadable()));
  parser.on("error", (error) => fail(formUnreadable(error)));
  // The parser may finish before the end of the body, which may go on after the last part.
  const finished = new Promise<void>((resolve) => {
    parser.on("finish", resolve).on("error", () => resolve());
  });

  function takePieces(): Buffer[] {
    if (failure) throw failure;
    return pieces.splice(0);
  }

  return {
    async write(chunk) {
      await new Promise<void>((resolve) => parser.write(chunk, () => resolve()));
      return takePieces();
    },
    async end() {
      parser.end();
      await finished;
      if (fileCount === 0) fail(invalidField(field, (m) => m.formFileMissing));
      return takePieces();
    },
  };
}

function createParser(
  contentType: string,
  isFile: (name?: string, fileName?: string) => boolean,
): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      isPartAFile: (name, _type, fileName) => isFile(name, fileName),
      limits: LIMITS,
    });
  } catch (error) {
    // There is no boundary, or it is too long.
    throw formUnreadable(error);
  }
}

export function formUnreadable(cause?: unknown): RequestError {
  return new RequestError((m) => m.formUnreadable, { cause });
}
