import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { AccountSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { User } from "../users/user.js";
import { commonFields } from "../users/user-message.js";

/** The account as administrators see it. */
export function toAccountMessage(user: User): MessageInitShape<typeof AccountSchema> {
  return {
    ...commonFields(user),
    isStaff: user.isStaff,
    isSuperuser: user.isSuperuser,
    ...(user.lastLogin && { lastLogin: timestampFromDate(user.lastLogin) }),
  };
}
