import type { Resource, Resources } from "../http/resource.js";
import { ASSERTION_ALGORITHMS } from "../services/public-keys.js";
import type { PublishedKey } from "../signing-keys/signing-key.js";
import { CLIENT_AUTH_METHODS } from "./client-proof.js";
import { endpointUrls, withoutSlash } from "./endpoint-urls.js";
import { GRANT_TYPE } from "./grant-token.js";

export interface DiscoveryDeps {
  /** The claim `iss` of access tokens. Verifiers find the metadata below it. */
  issuer: string;
  /** Where the service is reached from outside, with the path prefix that a proxy removes. */
  publicUrl: string;
  /** The algorithm of access tokens (RFC 7518, section 3.1). */
  accessAlgorithm: string;
  /** What services can be allowed to do. */
  scopes: readonly string[];
  /** The public keys of access tokens: those that may sign soon, those that sign, those whose tokens are still valid. */
  publishedKeys(): readonly PublishedKey[];
}

/** How long (s) verifiers and caches may keep keys and metadata. Keys are published long before they sign. */
const MAX_AGE_SECONDS = 300;

const CACHEABLE = {
  "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
  // The same in every language. Web pages of the origins that the configuration lists may read it.
  vary: "Accept-Encoding, Origin",
};

const JWKS_PATH = "/.well-known/jwks.json";
const METADATA_PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

/**
 * What verifiers need to check access tokens by configuration alone: the public keys (RFC 7517) and the metadata that
 * names them (OpenID Connect Discovery 1.0, section 4; RFC 8414). An issuer with a path has its metadata also where
 * RFC 8414, section 3.1 puts it: the path follows the well-known one, on the issuer's host.
 */
export function createDiscovery(deps: DiscoveryDeps): Resources {
  const keys = cacheable("application/jwk-set+json", () => ({ keys: deps.publishedKeys() }));
  const metadata = cacheable("application/json", () => metadataOf(deps));
  const issuerPath = pathOf(deps.issuer);
  const paths = METADATA_PATHS.flatMap((path) => [path, path + issuerPath]);
  return new Map([[JWKS_PATH, keys], ...paths.map((path): [string, Resource] => [path, metadata])]);
}

function cacheable(contentType: string, content: () => object): Resource {
  return async () => ({ status: 200, contentType, headers: CACHEABLE, body: JSON.stringify(content()) });
}

/** The path of an issuer that is a URL, without a slash at the end. */
function pathOf(issuer: string): string {
  return URL.canParse(issuer) ? withoutSlash(new URL(issuer).pathname) : "";
}

/** No user signs in by OAuth, so there are no response types and no grants of users. */
function metadataOf({ issuer, publicUrl, accessAlgorithm, scopes }: DiscoveryDeps) {
  const urls = endpointUrls(publicUrl);
  return {
    issuer,
    jwks_uri: withoutSlash(publicUrl) + JWKS_PATH,
    token_endpoint: urls.token,
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint: urls.introspection,
    introspection_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    scopes_supported: scopes,
    response_types_supported: [],
    grant_types_supported: [GRANT_TYPE],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [accessAlgorithm],
  };
}
