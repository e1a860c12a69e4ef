import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { AccountSchema } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { fullName, type User } from "../users/user.js";

/** The account as administrators see it. */
export function toAccountMessage(user: User): MessageInitShape<typeof AccountSchema> {
  return {
    id: user.id,
    phone: user.phone,
    firstName: user.firstName,
    lastName: user.lastName,
    fullName: fullName(user),
    ...(user.email !== null && { email: user.email }),
    isActive: user.isActive,
    isStaff: user.isStaff,
    isSuperuser: user.isSuperuser,
    dateJoined: timestampFromDate(user.dateJoined),
    ...(user.lastLogin && { lastLogin: timestampFromDate(user.lastLogin) }),
  };
}
