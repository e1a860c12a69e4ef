import type { DescMessage } from "@bufbuild/protobuf";
import { parseContentType } from "../http/content-type.js";
import { bodyChunks } from "../http/node-body.js";
import type { NodeRequest } from "../http/node-handler.js";
import { bodyTooLarge, compressionUnsupported, RequestError } from "../http/request-error.js";
import { readFormFile } from "./form-file.js";

/** Maximum size of an upload's body, in bytes. */
const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;

/**
 * Media types of a body that is the file itself: those that clients send for CSV, and those of workbooks, which the
 * import recognises by their content and refuses with advice. Browsers on Windows send the first of them for CSV too.
 */
const FILE_TYPES = [
  ...["text/csv", "application/csv", "text/plain", "text/tab-separated-values", "application/octet-stream"],
  "application/vnd.ms-excel",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.oasis.opendocument.spreadsheet",
];

/**
 * Yields an uploaded file in chunks: the body itself, or the file of a form. Web pages can send forms and plain text
 * across origins without asking, but no Bearer token with them, which uploads need.
 *
 * `field` is the field of `input` that takes the file. Throws INVALID_REQUEST, or ConnectError canceled if the client
 * disconnects.
 */
export async function* readUpload(
  request: NodeRequest,
  input: DescMessage,
  field: string,
): AsyncGenerator<Buffer> {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
  const { mediaType } = parseContentType(type);
  const isForm = mediaType === "multipart/form-data";
  if (!isForm && !FILE_TYPES.includes(mediaType)) {
    throw fileTypeUnsupported();
  }
  if (encoding !== "identity") throw compressionUnsupported();
  const body = readBody(request);
  yield* isForm ? readFormFile(type, body, input, field) : body;
}

async function* readBody(request: NodeRequest): AsyncGenerator<Buffer> {
  if (Number(request.headers["content-length"]) > MAX_UPLOAD_BYTES) throw bodyTooLarge();
  let size = 0;
  for await (const chunk of bodyChunks(request)) {
    size += chunk.length;
    if (size > MAX_UPLOAD_BYTES) throw bodyTooLarge();
    yield chunk;
  }
}

export function fileTypeUnsupported(): RequestError {
  return new RequestError((m) => m.fileTypeUnsupported, { status: 415 });
}
