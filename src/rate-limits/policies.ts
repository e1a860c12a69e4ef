import type { DescMethod } from "@bufbuild/protobuf";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import type { LimitName } from "../config.js";
import { accessOf } from "../method-access.js";
import { LoggableError } from "../system/loggable-error.js";

/**
 * A limit of a method, and what it counts by:
 *
 * - ip: the caller's address.
 * - phone: the `phone` of the request and the caller's address together, so that nobody uses up the owner's calls.
 *   Requests without a valid one are not counted.
 * - session: the session of the request's `refresh`, if it is a token that we signed; else the address.
 * - user: the signed-in account; else the address.
 * - service: the internal service; else the address.
 */
export interface Policy {
  limit: LimitName;
  by: "ip" | "phone" | "session" | "user" | "service";
  /** The callers that it counts; absent: all. */
  of?: "signed-in" | "signed-out";
}

/** The methods with limits of their own (contract.md, section 7). The rates are in the configuration. */
const POLICIES = new Map<DescMethod, readonly Policy[]>([
  [AuthService.method.register, [{ limit: "register", by: "ip" }]],
  [
    AuthService.method.activate,
    [
      { limit: "activate", by: "ip" },
      { limit: "phone_based", by: "phone" },
    ],
  ],
  [
    AuthService.method.resendCode,
    [
      { limit: "resend_code_ip", by: "ip" },
      { limit: "resend_code", by: "phone" },
    ],
  ],
  [AuthService.method.login, [{ limit: "login", by: "ip" }]],
  [AuthService.method.refreshToken, [{ limit: "auth", by: "session" }]],
  [AuthService.method.logout, [{ limit: "auth", by: "session" }]],
  [
    AuthService.method.requestSecondFactor,
    [
      { limit: "sensitive", by: "user" },
      { limit: "user", by: "user" },
    ],
  ],
  [
    AuthService.method.confirmSecondFactor,
    [
      { limit: "activate", by: "user" },
      { limit: "user", by: "user" },
    ],
  ],
  [AuthService.method.requestPasswordReset, [{ limit: "forgot", by: "ip" }]],
  [AuthService.method.confirmPasswordReset, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.confirmPasswordChange, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.confirmPhoneChange, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.cancelPhoneChange, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.confirmAccountDeletion, [{ limit: "activate", by: "ip" }]],
  [
    ProfileService.method.requestAccountDeletion,
    [
      { limit: "sensitive", by: "user", of: "signed-in" },
      { limit: "forgot", by: "ip", of: "signed-out" },
    ],
  ],
  [ProfileService.method.requestPasswordChange, [{ limit: "sensitive", by: "user" }]],
  [ProfileService.method.requestPhoneChange, [{ limit: "sensitive", by: "user" }]],
  [ProfileService.method.exportAccount, [{ limit: "sensitive", by: "user" }]],
]);

/** The limit of every other method, by its access. A method without a declared access counts as public. */
const DEFAULT_POLICIES: Record<Access, Policy> = {
  [Access.UNSPECIFIED]: { limit: "anon", by: "ip" },
  [Access.PUBLIC]: { limit: "anon", by: "ip" },
  [Access.OPTIONAL]: { limit: "anon", by: "ip" },
  [Access.USER]: { limit: "user", by: "user" },
  [Access.ADMIN]: { limit: "admin", by: "user" },
  [Access.SUPERUSER]: { limit: "admin", by: "user" },
  [Access.SERVICE]: { limit: "service", by: "service" },
};

/** The access of methods that are limited after their caller was authenticated. */
const NEEDS_TOKEN: ReadonlySet<Access> = new Set([
  Access.USER,
  Access.ADMIN,
  Access.SUPERUSER,
  Access.SERVICE,
]);

/** The policies of `method`, at least one. */
export function policiesOf(method: DescMethod): readonly Policy[] {
  return POLICIES.get(method) ?? [DEFAULT_POLICIES[accessOf(method)]];
}

/** Whether a policy counts a caller who is signed in, or one who isn't. */
export function countsCaller({ of }: Policy, isSignedIn: boolean): boolean {
  return of === undefined || (of === "signed-in") === isSignedIn;
}

/** Whether the session of the request's refresh token is counted. */
export function countsBySession(method: DescMethod): boolean {
  return policiesOf(method).some(({ by }) => by === "session");
}

/** Which policies count every call of a caller who may be anybody. */
const COUNTS_BY_ADDRESS = new Set<Policy["by"]>(["ip", "session"]);

/**
 * Throws if callers who are not signed in can call a method without being counted by address, so that the server can't
 * start with such a method. `policies` are those of the service.
 */
export function assertLimitedByAddress(methods: Iterable<DescMethod>, policies = policiesOf): void {
  const unlimited = [...methods].filter((method) => {
    if (NEEDS_TOKEN.has(accessOf(method))) return false;
    return !policies(method).some(
      (policy) => countsCaller(policy, false) && COUNTS_BY_ADDRESS.has(policy.by),
    );
  });
  if (unlimited.length > 0) throw new LoggableError(`no limit by address for ${unlimited.join(", ")}`);
}
