import type { Interceptor } from "@connectrpc/connect";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import {
  type Caller,
  callerKey,
  type Principal,
  principalKey,
  type ServicePrincipal,
  servicePrincipalKey,
} from "../../caller.js";
import { accessOf } from "../../method-access.js";
import { UnknownTokenError } from "../../sessions/unknown-token-error.js";

export interface AuthenticateDeps {
  /**
   * Returns the principal of an access token that its client sent from `address`. Throws UNAUTHENTICATED, as an
   * UnknownTokenError if the token is not one of ours.
   */
  verifyAccessToken(token: string, address?: string): Promise<Principal>;
  /**
   * Returns the service of an access token. Throws UNAUTHENTICATED, as an UnknownTokenError if the token is not one of
   * ours; SCOPE_REQUIRED for the token of a user.
   */
  verifyServiceToken(token: string): Promise<ServicePrincipal>;
}

/**
 * Sets the principal of the call (`principalKey`, or `servicePrincipalKey` for a SERVICE method) as far as the method's
 * access asks for one; `authorize` decides what the principal may call. PUBLIC methods ignore the Authorization header.
 * OPTIONAL methods accept calls without it; if it is there, its token must be valid. Services' tokens are for SERVICE
 * methods alone, and users' tokens for all others.
 *
 * Throws UNAUTHENTICATED, as an UnknownTokenError for a call without a token of ours; or SCOPE_REQUIRED for a user's token.
 */
export function authenticate(deps: AuthenticateDeps): Interceptor {
  return (next) => async (request) => {
    const { contextValues, method } = request;
    const caller = contextValues.get(callerKey);
    const needed = accessOf(method);
    if (needed === Access.SERVICE) contextValues.set(servicePrincipalKey, await serviceOf(deps, caller));
    else contextValues.set(principalKey, await principalOf(deps, caller, needed));
    return next(request);
  };
}

async function serviceOf(deps: AuthenticateDeps, { authorization }: Caller): Promise<ServicePrincipal> {
  const token = bearerToken(authorization);
  if (token === null) throw new UnknownTokenError();
  return deps.verifyServiceToken(token);
}

/** The signed-in caller of a method with this access; null if the method is public, or the optional token is absent. */
async function principalOf(
  deps: AuthenticateDeps,
  { address, authorization }: Caller,
  needed: Access,
): Promise<Principal | null> {
  if (needed === Access.PUBLIC) return null;
  const token = bearerToken(authorization);
  if (token === null && needed === Access.OPTIONAL) return null;
  if (token === null) throw new UnknownTokenError();
  return deps.verifyAccessToken(token, address);
}

/**
 * The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1); null without that header.
 * Throws UNAUTHENTICATED for a header of any other form.
 */
function bearerToken(header: string | null): string | null {
  if (header === null) return null;
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new UnknownTokenError();
  return token;
}
