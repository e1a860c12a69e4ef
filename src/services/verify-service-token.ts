import type { ServicePrincipal } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AccessTokens } from "../sessions/access-token.js";
import { UnknownTokenError } from "../sessions/unknown-token-error.js";
import type { ServiceStore } from "./service-store.js";

export interface VerifyServiceTokenDeps {
  accessTokens: AccessTokens;
  services: ServiceStore;
}

/**
 * Returns the service of an access token. One statement checks that it is not disabled, and that its tokens were not revoked
 * since.
 *
 * Throws UNAUTHENTICATED otherwise, as an UnknownTokenError if this service did not sign the token; and SCOPE_REQUIRED,
 * without a statement, for the token of a user.
 */
export async function verifyServiceToken(
  { accessTokens, services }: VerifyServiceTokenDeps,
  token: string,
): Promise<ServicePrincipal> {
  const claims = accessTokens.read(token);
  if (claims === null) throw new UnknownTokenError();
  if (claims === "expired") throw new DomainError("UNAUTHENTICATED");
  if (claims.kind !== "service") throw new DomainError("SCOPE_REQUIRED");
  const service = await services.find(null, claims.service);
  if (!service || service.disabledAt || service.grantId !== claims.grantId) {
    throw new DomainError("UNAUTHENTICATED");
  }
  return { name: service.name, scopes: claims.scopes.filter((scope) => service.scopes.includes(scope)) };
}
