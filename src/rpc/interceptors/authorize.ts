import type { DescMethod } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { principalKey, servicePrincipalKey } from "../../caller.js";
import { DomainError } from "../../errors.js";
import { accessOf, scopeOf } from "../../method-access.js";
import { LoggableError } from "../../system/loggable-error.js";
import { isAdmin, type User } from "../../users/user.js";

/** Which signed-in users may call a method, by its access. A level that is missing here is denied to every user. */
const PERMITS: ReadonlyMap<Access, (user: User) => boolean> = new Map([
  [Access.PUBLIC, () => true],
  [Access.OPTIONAL, () => true],
  [Access.USER, () => true],
  [Access.ADMIN, isAdmin],
]);

/**
 * Throws if a method declares no access or an unknown one, or if it is for services and declares no scope, or the reverse,
 * so that the server can't start with such a method.
 */
export function assertAccessDeclared(methods: Iterable<DescMethod>): void {
  const all = [...methods];
  const wrong = all.filter((method) => !isForService(method) && !PERMITS.has(accessOf(method)));
  if (wrong.length > 0)
    throw new LoggableError(`no access is declared for ${wrong.join(", ")}, or an unknown one`);
  const mixed = all.filter((method) => isForService(method) !== (scopeOf(method) !== ""));
  if (mixed.length > 0)
    throw new LoggableError(`a scope is for services, and they need one: ${mixed.join(", ")}`);
}

/**
 * Throws ADMIN_REQUIRED for a signed-in user whom the method's access doesn't permit, and SCOPE_REQUIRED for a service
 * without the method's scope. Runs inside `authenticate`, which has refused callers who are not signed in where they must
 * be, and inside the rate limits, so that refused calls count.
 */
export const authorize: Interceptor = (next) => async (request) => {
  const { contextValues, method } = request;
  const access = accessOf(method);
  if (access === Access.SERVICE) {
    if (!contextValues.get(servicePrincipalKey)?.scopes.includes(scopeOf(method))) {
      throw new DomainError("SCOPE_REQUIRED");
    }
    return next(request);
  }
  const principal = contextValues.get(principalKey);
  if (principal && !PERMITS.get(access)?.(principal.user)) {
    throw new DomainError("ADMIN_REQUIRED");
  }
  return next(request);
};

function isForService(method: DescMethod): boolean {
  return accessOf(method) === Access.SERVICE;
}
