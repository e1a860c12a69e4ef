import type { IncomingHttpHeaders } from "node:http";
import Negotiator from "negotiator";

/** Longer headers are ignored, as those of languages are (request-caller.ts). */
const MAX_ACCEPT_ENCODING_LENGTH = 256;

/** The first of the encodings that the client accepts; null: it accepts none, or names none. */
export function acceptedEncoding<T extends string>(
  headers: IncomingHttpHeaders,
  encodings: readonly T[],
): T | null {
  const header = headers["accept-encoding"] ?? "";
  if (header.length > MAX_ACCEPT_ENCODING_LENGTH) return null;
  // Browsers list what they accept in no order of preference.
  const accepted = new Negotiator({ headers: { "accept-encoding": header } }).encodings([...encodings]);
  return encodings.find((encoding) => accepted.includes(encoding)) ?? null;
}
