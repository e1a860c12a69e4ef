import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import type { LimitName } from "../config.js";

/** A limit of a method, and what it counts by: `phone` is the `phone` field of the request. */
export interface Policy {
  limit: LimitName;
  by: "ip" | "phone" | "user";
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
  [AuthService.method.resendCode, [{ limit: "resend_code", by: "phone" }]],
  [AuthService.method.login, [{ limit: "login", by: "ip" }]],
  [AuthService.method.refreshToken, [{ limit: "auth", by: "ip" }]],
  [AuthService.method.logout, [{ limit: "auth", by: "ip" }]],
  [AuthService.method.requestPasswordReset, [{ limit: "forgot", by: "ip" }]],
  [AuthService.method.confirmPasswordReset, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.confirmPasswordChange, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.confirmPhoneChange, [{ limit: "activate", by: "ip" }]],
  [ProfileService.method.requestPasswordChange, [{ limit: "sensitive", by: "user" }]],
  [ProfileService.method.requestPhoneChange, [{ limit: "sensitive", by: "user" }]],
]);

/** The limit of every other method, by its access. A method without a declared access counts as public. */
const DEFAULT_POLICIES: Record<Access, Policy> = {
  [Access.UNSPECIFIED]: { limit: "anon", by: "ip" },
  [Access.PUBLIC]: { limit: "anon", by: "ip" },
  [Access.OPTIONAL]: { limit: "anon", by: "ip" },
  [Access.USER]: { limit: "user", by: "user" },
  [Access.ADMIN]: { limit: "admin", by: "user" },
};

/** The policy of a method without limits of its own. */
export function defaultPolicy(method: DescMethod): Policy {
  return DEFAULT_POLICIES[getOption(method, access)];
}

/** The policies of `method`, at least one. */
export function policiesOf(method: DescMethod): readonly Policy[] {
  return POLICIES.get(method) ?? [defaultPolicy(method)];
}
