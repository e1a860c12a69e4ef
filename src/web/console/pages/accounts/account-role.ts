import { type Account, AccountRole } from "#client/gen/waterbill/identity/v1/account_service_pb.js";

export function roleOf({ isStaff, isSuperuser }: Account): AccountRole {
  if (isSuperuser) return AccountRole.SUPERUSER;
  return isStaff ? AccountRole.STAFF : AccountRole.CUSTOMER;
}
