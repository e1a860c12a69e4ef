import { type DescMethod, getOption } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { bearerToken, type Principal, principalKey } from "../../caller.js";
import { DomainError } from "../../errors.js";
import { isAdmin } from "../../users/user.js";

export interface AuthenticateDeps {
  /** Whom an access token stands for. Throws UNAUTHENTICATED. */
  verifyAccessToken(token: string): Promise<Principal>;
}

/** Throws for a method that doesn't declare who may call it: the server must not start with one. */
export function assertAccessDeclared(methods: Iterable<DescMethod>): void {
  const silent = [...methods].filter((method) => getOption(method, access) === Access.UNSPECIFIED);
  if (silent.length > 0) throw new Error(`no access is declared for ${silent.join(", ")}`);
}

/**
 * Lets a call pass as its method's declared access says, and tells the service who is calling (`principalKey`).
 * A PUBLIC method is not told, and the header is not looked at: a service that cares asks `bearerToken`.
 * Throws UNAUTHENTICATED or ADMIN_REQUIRED.
 */
export function authenticate(deps: AuthenticateDeps): Interceptor {
  /** Reading an option decodes it anew each time, for more than the rest of this interceptor costs. */
  const declared = new Map<DescMethod, Access>();
  return (next) => async (request) => {
    const needed = declared.get(request.method) ?? getOption(request.method, access);
    declared.set(request.method, needed);
    if (needed === Access.PUBLIC) return next(request);

    const token = bearerToken(request.header);
    if (!token) throw new DomainError("UNAUTHENTICATED");
    const principal = await deps.verifyAccessToken(token);
    request.contextValues.set(principalKey, principal);
    // Anything but USER needs an administrator, so that a level added later is not open to all by mistake.
    if (needed !== Access.USER && !isAdmin(principal.user)) throw new DomainError("ADMIN_REQUIRED");
    return next(request);
  };
}
