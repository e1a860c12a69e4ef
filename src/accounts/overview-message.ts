import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  GetOverviewResponseSchema,
  RecentAccountChangeSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { RecentChange } from "../audit/recent-changes.js";
import { fullName } from "../users/user.js";
import { toAccountChangeMessage } from "./account-history-message.js";
import { toStatisticsMessage } from "./account-message.js";
import type { Overview } from "./get-overview.js";
import { toRoleMessage } from "./role-message.js";

/** The overview on the wire. */
export function toOverviewMessage(overview: Overview): MessageInitShape<typeof GetOverviewResponseSchema> {
  const { whitelist, sms, isSmsPaused, areLimitsInMemory } = overview;
  return {
    role: toRoleMessage(overview.role),
    accountStatistics: toStatisticsMessage(overview.accountStatistics),
    whitelistStatistics: whitelist.statistics,
    accountChanges: overview.accountChanges.map(toRecentChangeMessage),
    whitelistChanges: whitelist.changes,
    isSmsPaused,
    failedSmsLastHour: sms.failed,
    sendsLastHour: sms.sent,
    areLimitsInMemory,
  };
}

function toRecentChangeMessage({
  accountId,
  account,
  act,
}: RecentChange): MessageInitShape<typeof RecentAccountChangeSchema> {
  return {
    accountId,
    ...(account && { accountPhone: account.phone, accountDisplayName: fullName(account) }),
    change: toAccountChangeMessage(act),
  };
}
