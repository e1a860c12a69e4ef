/** What the protocols need of a Content-Type. */
export interface ContentType {
  /** In lower case, without parameters: `application/json`. Empty if the header is missing. */
  mediaType: string;
  /** Whether the charset is UTF-8 or not given. */
  isUtf8: boolean;
}

/** Parses a Content-Type header (RFC 9110, section 8.3). */
export function parseContentType(header: string | undefined): ContentType {
  const [mediaType = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replace(/^"(.*)"$/, "$1");
  return { mediaType: mediaType.trim(), isUtf8: charset === undefined || /^utf-?8$/.test(charset) };
}
