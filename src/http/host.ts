import { LRUCache } from "lru-cache";
import type { NodeRequest } from "./node-handler.js";

/**
 * Whether a request names at most one host: no second Host field (RFC 9112, section 3.2), and over HTTP/2 none that
 * differs from `:authority` (RFC 9113, section 8.3.1). A proxy could have chosen the other one. Reads the raw header,
 * because Node hides a second field.
 */
export function namesOneHost({ headers, rawHeaders }: NodeRequest): boolean {
  const { host, ":authority": authority } = headers;
  const isAuthority = !host || !authority || host.toLowerCase() === authority.toString().toLowerCase();
  return isAuthority && countHosts(rawHeaders) <= 1;
}

/** The number of Host fields among names and values in turn. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === "host".length && name.toLowerCase() === "host") count += 1;
  }
  return count;
}

/** Hosts that make a valid URL. Clients name a few, in every request. */
const urlHosts = new LRUCache<string, true>({ max: 100 });

/** Whether a request names a host that makes a valid URL, which the Connect library requires. */
export function namesUrlHost(request: NodeRequest): boolean {
  const host = "authority" in request ? request.authority : request.headers.host;
  if (host === undefined) return false;
  if (urlHosts.has(host)) return true;
  const isValid = URL.canParse(`http://${host}`);
  if (isValid) urlHosts.set(host, true);
  return isValid;
}
