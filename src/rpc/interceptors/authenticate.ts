import { type DescMethod, getOption } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { bearerToken, type Principal, principalKey } from "../../caller.js";
import { DomainError } from "../../errors.js";
import { isAdmin } from "../../users/user.js";

export interface AuthenticateDeps {
  /** Returns the principal of an access token. Throws UNAUTHENTICATED. */
  verifyAccessToken(token: string): Promise<Principal>;
}

/** Throws if a method declares no access, so that the server can't start with such a method. */
export function assertAccessDeclared(methods: Iterable<DescMethod>): void {
  const undeclared = [...methods].filter((method) => getOption(method, access) === Access.UNSPECIFIED);
  if (undeclared.length > 0) throw new Error(`no access is declared for ${undeclared.join(", ")}`);
}

/**
 * Enforces the access that the method declares, and passes the caller to the service (`principalKey`). For a PUBLIC
 * method it ignores the header and sets no principal; a service that needs the token calls `bearerToken`.
 * Throws UNAUTHENTICATED or ADMIN_REQUIRED.
 */
export function authenticate(deps: AuthenticateDeps): Interceptor {
  /** Caches options: reading one decodes it every time, which costs more than the rest of this interceptor. */
  const declared = new Map<DescMethod, Access>();
  return (next) => async (request) => {
    const needed = declared.get(request.method) ?? getOption(request.method, access);
    declared.set(request.method, needed);
    if (needed === Access.PUBLIC) return next(request);

    const token = bearerToken(request.header);
    if (!token) throw new DomainError("UNAUTHENTICATED");
    const principal = await deps.verifyAccessToken(token);
    request.contextValues.set(principalKey, principal);
    // Any level but USER requires an administrator, so that a level added later is not open to everyone by mistake.
    if (needed !== Access.USER && !isAdmin(principal.user)) throw new DomainError("ADMIN_REQUIRED");
    return next(request);
  };
}
