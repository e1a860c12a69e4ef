import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type AccountSchema,
  AccountState,
  type AccountStatisticsSchema,
  type RecentWhitelistChangeSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import type {
  WhitelistEntrySchema,
  WhitelistStatisticsSchema,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { toUserMessage } from "../users/user-message.js";
import {
  ACCOUNT_STATES,
  type Account,
  type AccountState as AccountStateName,
  accountState,
} from "./account.js";
import type { AccountStatistics } from "./statistics-store.js";

const STATES = {
  active: AccountState.ACTIVE,
  deactivated: AccountState.DEACTIVATED,
  leaving: AccountState.LEAVING,
} as const;

/** An entry of the whitelist on the wire, as the whitelist itself shows it. */
export type WhitelistItem = MessageInitShape<typeof WhitelistEntrySchema>;

/** The whitelist at a glance on the wire. */
export interface WhitelistOverview {
  statistics: MessageInitShape<typeof WhitelistStatisticsSchema>;
  /** The latest changes, latest first; all changes of an import are one. */
  changes: MessageInitShape<typeof RecentWhitelistChangeSchema>[];
}

/** The state that a request names; null: none. */
export function toAccountState(state: AccountState): AccountStateName | null {
  return ACCOUNT_STATES.find((name) => STATES[name] === state) ?? null;
}

/** The account as administrators see it. */
export function toAccountMessage(account: Account): MessageInitShape<typeof AccountSchema> {
  return {
    ...toUserMessage(account),
    isStaff: account.isStaff,
    isSuperuser: account.isSuperuser,
    ...(account.lastLogin && { lastLogin: timestampFromDate(account.lastLogin) }),
    state: STATES[accountState(account)],
    ...(account.deletionAt && { deletionAt: timestampFromDate(account.deletionAt) }),
  };
}

export function toStatisticsMessage(
  statistics: AccountStatistics,
): MessageInitShape<typeof AccountStatisticsSchema> {
  return {
    totalCount: statistics.total,
    activeCount: statistics.active,
    pendingCount: statistics.pending,
    deactivatedCount: statistics.deactivated,
    leavingCount: statistics.leaving,
  };
}
