import type { NodeRequest } from "../http/node-handler.js";

/** Where people reach the service, as the configuration says. */
export interface PublicOrigin {
  /** `https://identity.waterbill.app`: as browsers write it in `Origin`. */
  origin: string;
  /** Whether browsers reach the service over HTTPS alone. */
  isSecure: boolean;
}

export function readPublicOrigin(publicUrl: string): PublicOrigin {
  const { origin, protocol } = new URL(publicUrl);
  return { origin, isSecure: protocol === "https:" };
}

/**
 * Whether a page of this service sent the request. Browsers send `Origin` with every POST, and no page can choose it. It must
 * be the public origin, or name the host that the request names; where the public origin has HTTPS, over HTTPS. A proxy that
 * ends TLS hides the scheme of the request, so it is not compared otherwise; browsers that send `Sec-Fetch-Site` compare it
 * (https://www.w3.org/TR/fetch-metadata/).
 */
export function isSameOrigin(
  request: NodeRequest,
  { origin: publicOrigin, isSecure }: PublicOrigin,
): boolean {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (!origin || (site !== undefined && site !== "same-origin")) return false;
  if (origin === publicOrigin) return true;
  const host = ("authority" in request ? request.authority : request.headers.host)?.toLowerCase();
  if (!host) return false;
  return origin === `https://${host}` || (!isSecure && origin === `http://${host}`);
}
