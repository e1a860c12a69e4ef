import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { UserSchema } from "#gen/waterbill/identity/v1/user_pb.js";
import { fullName, type User } from "./user.js";

/** The account as its owner sees it. Every other message about an account has these fields too. */
export function toUserMessage(user: User) {
  return {
    id: user.id,
    phone: user.phone,
    firstName: user.firstName,
    lastName: user.lastName,
    fullName: fullName(user),
    ...(user.email !== null && { email: user.email }),
    ...(user.address !== null && { address: user.address }),
    ...(user.apartmentName !== null && { apartmentName: user.apartmentName }),
    isActive: user.isActive,
    dateJoined: timestampFromDate(user.dateJoined),
  } satisfies MessageInitShape<typeof UserSchema>;
}
