import type { Interceptor } from "@connectrpc/connect";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { type Caller, callerKey, type Principal, principalKey } from "../../caller.js";
import { accessOf } from "../../method-access.js";
import { UnknownTokenError } from "../../sessions/unknown-token-error.js";

export interface AuthenticateDeps {
  /**
   * Returns the principal of an access token that its client sent from `address`. Throws UNAUTHENTICATED, as an
   * UnknownTokenError if the token is not one of ours.
   */
  verifyAccessToken(token: string, address?: string): Promise<Principal>;
}

/**
 * Sets the principal of the call (`principalKey`) as far as the method's access asks for one; `authorize` decides what
 * the principal may call. PUBLIC methods ignore the Authorization header. OPTIONAL methods accept calls without it; if
 * it is there, its token must be valid.
 *
 * Throws UNAUTHENTICATED, as an UnknownTokenError for a call without a token of ours.
 */
export function authenticate(deps: AuthenticateDeps): Interceptor {
  return (next) => async (request) => {
    const principal = await principalOf(deps, request.contextValues.get(callerKey), accessOf(request.method));
    request.contextValues.set(principalKey, principal);
    return next(request);
  };
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
