import type { Service } from "../services/service.js";
import type { AccessTokens } from "../sessions/access-token.js";
import type { Form } from "./form.js";
import { OAuthError } from "./oauth-error.js";

/** The grant that services use (RFC 6749, section 4.4). No user signs in by OAuth. */
export const GRANT_TYPE = "client_credentials";

/**
 * Returns the token response (RFC 6749, section 5.1) to a client that has authenticated: an access token with the scopes
 * that it asks for, or with all of its own.
 *
 * Throws `invalid_request` without a grant type, `unsupported_grant_type` for another one, and `invalid_scope` for a scope
 * that the client doesn't have.
 */
export function grantToken(accessTokens: AccessTokens, client: Service, form: Form) {
  const grantType = form.get("grant_type");
  if (grantType === undefined) throw new OAuthError("invalid_request", "grant_type is required.");
  if (grantType !== GRANT_TYPE) {
    throw new OAuthError("unsupported_grant_type", `The only grant type is ${GRANT_TYPE}.`);
  }
  const { name: service, grantId } = client;
  const scopes = grantedScopes(client, form.get("scope"));
  return {
    access_token: accessTokens.issueForService({ service, scopes, grantId }),
    token_type: "Bearer",
    expires_in: accessTokens.serviceTtlSeconds,
    scope: scopes.join(" "),
  };
}

function grantedScopes({ scopes }: Service, asked: string | undefined): readonly string[] {
  if (asked === undefined) return scopes;
  const names = new Set(asked.split(" ").filter((name) => name !== ""));
  if (names.size === 0 || ![...names].every((name) => scopes.includes(name))) {
    throw new OAuthError("invalid_scope", "The client does not have every scope that it asks for.");
  }
  return [...names];
}
