/** The paths of OAuth's endpoints, matched exactly. */
export const TOKEN_PATH = "/oauth2/token";
export const INTROSPECTION_PATH = "/oauth2/introspect";

/** Where OAuth's endpoints are reached from outside. */
export interface EndpointUrls {
  token: string;
  introspection: string;
}

/** `publicUrl` has the path prefix that a proxy removes, and may end with a slash. */
export function endpointUrls(publicUrl: string): EndpointUrls {
  const base = withoutSlash(publicUrl);
  return { token: base + TOKEN_PATH, introspection: base + INTROSPECTION_PATH };
}

export const withoutSlash = (text: string) => text.replace(/\/+$/, "");
