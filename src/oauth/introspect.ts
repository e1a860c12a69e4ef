import { type IntrospectTokenDeps, introspectToken } from "../directory/introspect-token.js";
import type { Service } from "../services/service.js";
import { fullName, rolesOf } from "../users/user.js";
import type { Form } from "./form.js";
import { OAuthError } from "./oauth-error.js";

export interface IntrospectDeps extends IntrospectTokenDeps {
  /** What a client must be allowed to do: the scope of DirectoryService.IntrospectToken. */
  introspectionScope: string;
}

/**
 * Returns the introspection response (RFC 7662, section 2.2) to a client that has authenticated. `token_type_hint` changes
 * nothing: only access tokens are ever active.
 *
 * Throws `insufficient_scope` for a client without the scope, and `invalid_request` without a token.
 */
export async function introspect(deps: IntrospectDeps, client: Service, form: Form) {
  if (!client.scopes.includes(deps.introspectionScope)) {
    const description = `The client needs the scope ${deps.introspectionScope}.`;
    throw new OAuthError("insufficient_scope", description, { status: 403 });
  }
  const token = form.get("token");
  if (token === undefined) throw new OAuthError("invalid_request", "token is required.");
  const found = await introspectToken(deps, token);
  if (!found) return { active: false };
  const { owner, issuer, audience, subject, tokenId, issuedAt, expiresAt } = found;
  const common = {
    active: true,
    token_type: "Bearer",
    iss: issuer,
    aud: audience,
    sub: subject,
    jti: tokenId,
    iat: issuedAt,
    exp: expiresAt,
  };
  if ("scopes" in owner) return { ...common, client_id: owner.name, scope: owner.scopes.join(" ") };
  const { user, sessionId } = owner;
  return {
    ...common,
    username: user.phone,
    sid: sessionId,
    user_id: user.id,
    phone: user.phone,
    first_name: user.firstName,
    last_name: user.lastName,
    full_name: fullName(user),
    roles: rolesOf(user),
  };
}
