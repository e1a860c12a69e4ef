import { type DescMethod, getOption } from "@bufbuild/protobuf";
import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { callerKey, type Principal, principalKey } from "../../caller.js";
import { DomainError } from "../../errors.js";
import { UnknownTokenError } from "../../sessions/unknown-token-error.js";
import { LoggableError } from "../../system/loggable-error.js";
import { isAdmin, type User } from "../../users/user.js";

export interface AuthenticateDeps {
  /**
   * Returns the principal of an access token that its client sent from `address`. Throws UNAUTHENTICATED, as an
   * UnknownTokenError if the token is not one of ours.
   */
  verifyAccessToken(token: string, address?: string): Promise<Principal>;
}

/** Which signed-in users may call a method, by its access. A level that is missing here is denied to every user. */
const PERMITS: ReadonlyMap<Access, (user: User) => boolean> = new Map([
  [Access.PUBLIC, () => true],
  [Access.OPTIONAL, () => true],
  [Access.USER, () => true],
  [Access.ADMIN, isAdmin],
]);

/** Throws if a method declares no access or an unknown one, so that the server can't start with such a method. */
export function assertAccessDeclared(methods: Iterable<DescMethod>): void {
  const wrong = [...methods].filter((method) => !PERMITS.has(getOption(method, access)));
  if (wrong.length > 0)
    throw new LoggableError(`no access is declared for ${wrong.join(", ")}, or an unknown one`);
}

/**
 * Enforces the access that the method declares, and sets the principal of the call (`principalKey`). PUBLIC methods
 * ignore the Authorization header. OPTIONAL methods accept calls without it; if it is there, its token must be valid.
 *
 * Throws UNAUTHENTICATED, as an UnknownTokenError for a call without a token of ours; or ADMIN_REQUIRED for a signed-in
 * user whom the access does not permit.
 */
export function authenticate(deps: AuthenticateDeps): Interceptor {
  /** Caches options: reading one decodes it every time, which costs more than the rest of this interceptor. */
  const declared = new Map<DescMethod, Access>();
  return (next) => async (request) => {
    const needed = declared.get(request.method) ?? getOption(request.method, access);
    declared.set(request.method, needed);
    const principal = await principalOf(deps, request, needed);
    request.contextValues.set(principalKey, principal);
    return next(request);
  };
}

/** The permitted caller of a method with this access; null if the method is public, or the optional token is absent. */
async function principalOf(
  deps: AuthenticateDeps,
  { header, contextValues }: Pick<UnaryRequest | StreamRequest, "header" | "contextValues">,
  needed: Access,
): Promise<Principal | null> {
  if (needed === Access.PUBLIC) return null;
  const token = bearerToken(header);
  if (token === null && needed === Access.OPTIONAL) return null;
  if (token === null) throw new UnknownTokenError();
  const principal = await deps.verifyAccessToken(token, contextValues.get(callerKey).address);
  if (!PERMITS.get(needed)?.(principal.user)) throw new DomainError("ADMIN_REQUIRED");
  return principal;
}

/**
 * The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1); null without that header.
 * Throws UNAUTHENTICATED for a header of any other form.
 */
function bearerToken(headers: Headers): string | null {
  const header = headers.get("authorization");
  if (header === null) return null;
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new UnknownTokenError();
  return token;
}
