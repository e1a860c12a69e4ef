import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type AccountSchema, AccountState } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { userFields } from "../users/user-message.js";
import { type Account, accountState } from "./account.js";

const STATES = {
  active: AccountState.ACTIVE,
  deactivated: AccountState.DEACTIVATED,
  leaving: AccountState.LEAVING,
} as const;

/** The account as administrators see it. */
export function toAccountMessage(account: Account): MessageInitShape<typeof AccountSchema> {
  return {
    ...userFields(account),
    isStaff: account.isStaff,
    isSuperuser: account.isSuperuser,
    ...(account.lastLogin && { lastLogin: timestampFromDate(account.lastLogin) }),
    state: STATES[accountState(account)],
    ...(account.deletionAt && { deletionAt: timestampFromDate(account.deletionAt) }),
  };
}
