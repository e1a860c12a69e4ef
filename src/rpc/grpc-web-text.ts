import { bodyUnreadable } from "../http/request-error.js";
import type { Language } from "../messages/catalogue.js";
import type {
  UniversalHandler,
  UniversalServerRequest,
  UniversalServerResponse,
} from "./connect-internals.js";
import { toConnectError } from "./interceptors/report-errors.js";
import { translateFailure } from "./stream-messages.js";

// The text encoding of gRPC-Web (PROTOCOL-WEB.md, "Text-encoded (response) streams"): the body of the binary encoding in
// base64. A body may consist of several base64 texts, each with its own padding.

/** Decodes a body of whole base64 texts. Throws a RequestError. */
export function decodeText(text: string): Buffer {
  const parts = text.split(/(?<==)(?!=)/);
  if (!parts.every(isBase64)) throw bodyUnreadable();
  const bytes = Buffer.alloc((text.length / 4) * 3);
  const length = parts.reduce((at, part) => at + bytes.write(part, at, "base64"), 0);
  return bytes.subarray(0, length);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Encodes one part of a body. */
export function encodeText(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"));
}

/** Decodes a body that arrives in chunks of any size. Throws a RequestError when it is not base64. */
async function* decodeChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + chunk.toString("latin1");
    const wholeLength = text.length - (text.length % 4);
    rest = text.slice(wholeLength);
    yield decodeText(text.slice(0, wholeLength));
  }
  if (rest !== "") throw bodyUnreadable();
}

async function* encodeChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield encodeText(chunk);
}

/**
 * Handles a request in the text encoding with a handler of the binary one. The response has the request's content type.
 * Where the body is not base64, reading it throws INVALID_REQUEST as a ConnectError in `language`.
 */
export async function handleText(
  handler: UniversalHandler,
  request: Omit<UniversalServerRequest, "body"> & { body: AsyncIterable<Buffer> },
  contentType: string,
  language: Language,
): Promise<UniversalServerResponse> {
  const requestHeader = new Headers(request.header);
  requestHeader.set("content-type", contentType.replace("-text", ""));
  const body = translateFailure(decodeChunks(request.body), (error) => toConnectError(error, language));
  const response = await handler({ ...request, header: requestHeader, body });
  if (!response.body) return response;
  const header = new Headers(response.header);
  header.set("content-type", contentType);
  return { ...response, header, body: encodeChunks(response.body) };
}
