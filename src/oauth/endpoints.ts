import type { Endpoints } from "../http/resource.js";
import { INTROSPECTION_PATH, TOKEN_PATH } from "./endpoint-urls.js";
import { grantToken } from "./grant-token.js";
import { type IntrospectDeps, introspect } from "./introspect.js";
import { createOAuthEndpoint, type OAuthHandlerDeps } from "./oauth-handler.js";

export type OAuthEndpointsDeps = OAuthHandlerDeps & IntrospectDeps;

/** Where services get their tokens, and ask about tokens of others. */
export function createOAuthEndpoints(deps: OAuthEndpointsDeps): Endpoints {
  return new Map([
    [TOKEN_PATH, createOAuthEndpoint(deps, TOKEN_PATH, (...args) => grantToken(deps.accessTokens, ...args))],
    [
      INTROSPECTION_PATH,
      createOAuthEndpoint(deps, INTROSPECTION_PATH, (...args) => introspect(deps, ...args)),
    ],
  ]);
}
