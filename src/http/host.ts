import type { NodeRequest } from "./node-handler.js";

/**
 * Whether a request names at most one host: no second Host field (RFC 9112, section 3.2), and over HTTP/2 none that
 * differs from `:authority` (RFC 9113, section 8.3.1). A proxy could have chosen the other one. Reads the raw header,
 * because Node hides a second field.
 */
export function namesOneHost({ headers, rawHeaders }: NodeRequest): boolean {
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host",
  );
  const [host] = hosts;
  const authority = headers[":authority"]?.toString();
  const isAuthority =
    host === undefined || authority === undefined || host.toLowerCase() === authority.toLowerCase();
  return hosts.length <= 1 && isAuthority;
}

/** Whether a request names a host that makes a valid URL, which the Connect library requires. */
export function namesUrlHost(request: NodeRequest): boolean {
  const host = "authority" in request ? request.authority : request.headers.host;
  return host !== undefined && URL.canParse(`http://${host}`);
}
