import { AccountRole } from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { Role } from "../audit/act.js";
import { LoggableError } from "../system/loggable-error.js";

const ROLES = new Map<AccountRole, Role>([
  [AccountRole.CUSTOMER, "CUSTOMER"],
  [AccountRole.STAFF, "STAFF"],
  [AccountRole.SUPERUSER, "SUPERUSER"],
]);

/** The role on the wire. */
export function toRoleMessage(role: Role): AccountRole {
  return AccountRole[role];
}

/** The role that a validated request names. */
export function roleFrom(message: AccountRole): Role {
  const role = ROLES.get(message);
  if (!role) throw new LoggableError("a role that validation refuses came through");
  return role;
}
