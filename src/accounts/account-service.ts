import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { Actor } from "../audit/act.js";
import { toBatchResult } from "../batches/batch-message.js";
import { callerKey, requirePrincipal } from "../caller.js";
import { toExportMessage } from "../export/export-message.js";
import { toSessionMessage } from "../sessions/session-message.js";
import { toProfileUpdate } from "../users/profile-message.js";
import { toAccountChangeMessage } from "./account-history-message.js";
import { toAccountMessage, toAccountState, toStatisticsMessage } from "./account-message.js";
import { toAccountPageMessage } from "./account-page-message.js";
import {
  type ListAccountSessionsDeps,
  listAccountSessions,
  type RevokeAccountSessionsDeps,
  revokeAccountSessions,
} from "./account-sessions.js";
import { batchSetAccountsActive } from "./batch-set-accounts-active.js";
import { type ClearLimitsDeps, clearLimits } from "./clear-limits.js";
import { type EraseAccountDeps, eraseAccount } from "./erase-account.js";
import { type ExportAccountDeps, exportAccount } from "./export-account.js";
import { type GetAccountDeps, getAccount } from "./get-account.js";
import { type GetOverviewDeps, getOverview } from "./get-overview.js";
import { type ListAccountHistoryDeps, listAccountHistory } from "./list-account-history.js";
import { type ListAccountsDeps, listAccounts } from "./list-accounts.js";
import { toOverviewMessage } from "./overview-message.js";
import { roleFrom } from "./role-message.js";
import { type SetAccountActiveDeps, setAccountActive } from "./set-account-active.js";
import { setAccountRole } from "./set-account-role.js";
import { updateAccount } from "./update-account.js";

export type AccountServiceDeps = ListAccountsDeps &
  GetOverviewDeps &
  GetAccountDeps &
  ListAccountHistoryDeps &
  SetAccountActiveDeps &
  ListAccountSessionsDeps &
  RevokeAccountSessionsDeps &
  ExportAccountDeps &
  ClearLimitsDeps &
  EraseAccountDeps;

/** AccountService on the wire: messages to use cases and back. */
export function createAccountService(deps: AccountServiceDeps): ServiceImpl<typeof AccountService> {
  return {
    async listAccounts(request) {
      const page = await listAccounts(deps, {
        pageSize: request.pageSize,
        pageToken: request.pageToken,
        isActive: request.isActive ?? null,
        isStaff: request.isStaff ?? null,
        state: toAccountState(request.state),
        search: request.search,
        joinedAfter: request.joinedAfter ? timestampDate(request.joinedAfter) : null,
        joinedBefore: request.joinedBefore ? timestampDate(request.joinedBefore) : null,
        orderBy: request.orderBy,
      });
      return {
        accounts: page.rows.map(toAccountMessage),
        statistics: toStatisticsMessage(page.statistics),
        nextPageToken: page.nextPageToken,
      };
    },

    async getOverview(_, context) {
      return toOverviewMessage(await getOverview(deps, { reader: requirePrincipal(context) }));
    },

    async getAccount({ phone }, context) {
      return toAccountPageMessage(await getAccount(deps, { phone, reader: requirePrincipal(context) }));
    },

    async setAccountActive({ phone, isActive = false, reason }, context) {
      const actor = administrator(context);
      const user = await setAccountActive(deps, { phone, isActive, reason: reason.trim() || null, actor });
      return { account: toAccountMessage(user) };
    },

    async batchSetAccountsActive({ phones, isActive = false, reason }, context) {
      const [actor, { signal }] = [administrator(context), context];
      const act = { isActive, reason: reason.trim(), actor };
      const rows = await batchSetAccountsActive(deps, { phones, signal, ...act });
      return { results: rows.map((row) => toBatchResult(row, context.values.get(callerKey).language)) };
    },

    async setAccountRole({ phone, role, reason }, context) {
      const act = { role: roleFrom(role), reason: reason.trim(), actor: administrator(context) };
      const { account, revokedCount } = await setAccountRole(deps, { phone, ...act });
      return { account: toAccountMessage(account), revokedCount };
    },

    async updateAccount({ phone, ...update }, context) {
      const act = { phone, actor: administrator(context), ...toProfileUpdate(update) };
      return { account: toAccountMessage(await updateAccount(deps, act)) };
    },

    async listAccountHistory({ phone, pageSize, pageToken, omitViews }, context) {
      const reader = requirePrincipal(context);
      const page = await listAccountHistory(deps, { phone, pageSize, pageToken, omitViews, reader });
      return { changes: page.rows.map(toAccountChangeMessage), nextPageToken: page.nextPageToken };
    },

    async listAccountSessions({ phone }, context) {
      const sessions = await listAccountSessions(deps, { phone, reader: requirePrincipal(context) });
      return { sessions: sessions.map(toSessionMessage) };
    },

    async revokeAccountSessions({ phone, sessionId = null, reason }, context) {
      const act = { phone, sessionId, reason: reason.trim(), actor: administrator(context) };
      return { revokedCount: await revokeAccountSessions(deps, act) };
    },

    async exportAccount({ phone, reason }, context) {
      const input = { phone, reason: reason.trim(), actor: administrator(context) };
      return { accountExport: toExportMessage(await exportAccount(deps, input)) };
    },

    async clearLimits({ phone, reason }, context) {
      await clearLimits(deps, { phone, reason: reason.trim(), actor: administrator(context) });
      return {};
    },

    async eraseAccount({ phone, reason }, context) {
      await eraseAccount(deps, { phone, reason: reason.trim(), actor: administrator(context) });
      return {};
    },
  };
}

function administrator(context: HandlerContext): Actor {
  return { kind: "administrator", id: requirePrincipal(context).user.id };
}
