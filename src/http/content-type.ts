/** A Content-Type, taken apart as far as a protocol needs to know. */
export interface ContentType {
  /** Lower case, without parameters: `application/json`. Empty when the header is missing. */
  mediaType: string;
  /** Whether its text, if it is text, is UTF-8. */
  isUtf8: boolean;
}

/** Reads a Content-Type header (RFC 9110, section 8.3). */
export function parseContentType(header: string | undefined): ContentType {
  const [mediaType = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replace(/^"(.*)"$/, "$1");
  return { mediaType: mediaType.trim(), isUtf8: charset === undefined || /^utf-?8$/.test(charset) };
}
