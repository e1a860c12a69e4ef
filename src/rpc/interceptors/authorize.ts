import type { DescMethod } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { type Principal, principalKey, servicePrincipalKey } from "../../caller.js";
import { DomainError, type Reason, secondFactorRequired } from "../../errors.js";
import { accessOf, scopeOf } from "../../method-access.js";
import { LoggableError } from "../../system/loggable-error.js";
import { isAdmin, type User } from "../../users/user.js";

/** Why a signed-in user may not call a method; null: it may. */
type Refusal = (user: User) => Reason | null;

const never: Refusal = () => null;

/** Whom the access of a method refuses. A level that is missing here is denied to every user. */
const REFUSALS: ReadonlyMap<Access, Refusal> = new Map([
  [Access.PUBLIC, never],
  [Access.OPTIONAL, never],
  [Access.USER, never],
  [Access.ADMIN, (user) => (isAdmin(user) ? null : "ADMIN_REQUIRED")],
  [Access.SUPERUSER, (user) => (user.isSuperuser ? null : "SUPERUSER_REQUIRED")],
]);

const denied: Refusal = () => "ADMIN_REQUIRED";

/** The levels that need no second step, whatever the configuration says. A level that is missing here needs it. */
const PASSWORD_LEVELS: ReadonlySet<Access> = new Set([Access.PUBLIC, Access.OPTIONAL, Access.USER]);

export interface AuthorizeDeps {
  /** Whether the methods for administrators refuse sessions that have not passed the second step. */
  demandsSecondFactor: boolean;
}

/**
 * Throws if a method declares no access or an unknown one, or if it is for services and declares no scope, or the reverse,
 * so that the server can't start with such a method.
 */
export function assertAccessDeclared(methods: Iterable<DescMethod>): void {
  const all = [...methods];
  const wrong = all.filter((method) => !isForService(method) && !REFUSALS.has(accessOf(method)));
  if (wrong.length > 0)
    throw new LoggableError(`no access is declared for ${wrong.join(", ")}, or an unknown one`);
  const mixed = all.filter((method) => isForService(method) !== (scopeOf(method) !== ""));
  if (mixed.length > 0)
    throw new LoggableError(`a scope is for services, and they need one: ${mixed.join(", ")}`);
}

/**
 * Throws ADMIN_REQUIRED or SUPERUSER_REQUIRED for a signed-in user whom the method's access doesn't permit,
 * REAUTHENTICATION_REQUIRED for one whose session has not passed the second step where that is demanded, and
 * SCOPE_REQUIRED for a service without the method's scope. Runs inside `authenticate`, which has refused callers who are
 * not signed in where they must be, and inside the rate limits, so that refused calls count.
 */
export function authorize(deps: AuthorizeDeps): Interceptor {
  return (next) => async (request) => {
    const { contextValues, method } = request;
    const access = accessOf(method);
    if (access === Access.SERVICE) {
      if (!contextValues.get(servicePrincipalKey)?.scopes.includes(scopeOf(method))) {
        throw new DomainError("SCOPE_REQUIRED");
      }
      return next(request);
    }
    const principal = contextValues.get(principalKey);
    if (principal) assertPermitted(deps, access, principal);
    return next(request);
  };
}

function assertPermitted({ demandsSecondFactor }: AuthorizeDeps, access: Access, principal: Principal): void {
  const refusal = (REFUSALS.get(access) ?? denied)(principal.user);
  if (refusal) throw new DomainError(refusal);
  if (demandsSecondFactor && !PASSWORD_LEVELS.has(access) && !principal.hasSecondFactor) {
    throw secondFactorRequired();
  }
}

function isForService(method: DescMethod): boolean {
  return accessOf(method) === Access.SERVICE;
}
