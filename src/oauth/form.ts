import { parseContentType } from "../http/content-type.js";
import type { NodeRequest } from "../http/node-handler.js";
import { decompress, readBody } from "../http/read-body.js";
import { OAuthError } from "./oauth-error.js";

/** The parameters of a request; one without a value is absent. */
export type Form = ReadonlyMap<string, string>;

/**
 * Reads the form that OAuth's requests are (RFC 6749, section 3.2). Throws an OAuthError for another content type, and for
 * a parameter that is there twice; a RequestError for a body that can't be read.
 */
export async function readForm(request: NodeRequest): Promise<Form> {
  const { mediaType, isUtf8 } = parseContentType(request.headers["content-type"]);
  if (mediaType !== "application/x-www-form-urlencoded" || !isUtf8) {
    throw new OAuthError("invalid_request", "The body must be application/x-www-form-urlencoded.");
  }
  const bytes = decompress(await readBody(request), request.headers["content-encoding"]);
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bytes.toString())) {
    if (form.has(name)) throw new OAuthError("invalid_request", "A parameter is there more than once.");
    form.set(name, value);
  }
  return new Map([...form].filter(([, value]) => value !== ""));
}
