import type { Actor, Role } from "../audit/act.js";
import type { Rights } from "./account-store.js";
import { changeRights, type RightsChange, roleOf, type SetRightsDeps } from "./set-rights.js";

/** The rights that an account gets with a role. */
const RIGHTS: Readonly<Record<Role, Rights>> = {
  CUSTOMER: { isStaff: false, isSuperuser: false },
  STAFF: { isStaff: true, isSuperuser: false },
  SUPERUSER: { isStaff: true, isSuperuser: true },
};

export interface SetAccountRoleInput {
  phone: string;
  role: Role;
  /** Why; recorded with the act. */
  reason: string;
  actor: Actor;
}

/** Gives an account a role. An account that has it stays as it is. Acts and throws as `setRights` does. */
export async function setAccountRole(
  deps: SetRightsDeps,
  { role, ...input }: SetAccountRoleInput,
): Promise<RightsChange> {
  const rights = (current: Rights) => (roleOf(current) === role ? current : RIGHTS[role]);
  return changeRights(deps, { ...input, rights });
}
