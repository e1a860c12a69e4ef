import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { Actor } from "../audit/act.js";
import { requirePrincipal } from "../caller.js";
import { toExportMessage } from "../export/export-message.js";
import { toSessionMessage } from "../sessions/session-message.js";
import { toAccountMessage, toAccountState, toStatisticsMessage } from "./account-message.js";
import {
  type ListAccountSessionsDeps,
  listAccountSessions,
  type RevokeAccountSessionsDeps,
  revokeAccountSessions,
} from "./account-sessions.js";
import { type ClearLimitsDeps, clearLimits } from "./clear-limits.js";
import { type ExportAccountDeps, exportAccount } from "./export-account.js";
import { type ListAccountsDeps, listAccounts } from "./list-accounts.js";
import { type SetAccountActiveDeps, setAccountActive } from "./set-account-active.js";

export type AccountServiceDeps = ListAccountsDeps &
  SetAccountActiveDeps &
  ListAccountSessionsDeps &
  RevokeAccountSessionsDeps &
  ExportAccountDeps &
  ClearLimitsDeps;

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

    async setAccountActive({ phone, isActive }, context) {
      const user = await setAccountActive(deps, {
        phone,
        isActive: isActive ?? false,
        actor: administrator(context),
      });
      return { account: toAccountMessage(user) };
    },

    async listAccountSessions({ phone }, context) {
      const sessions = await listAccountSessions(deps, { phone, reader: requirePrincipal(context) });
      return { sessions: sessions.map(toSessionMessage) };
    },

    async revokeAccountSessions({ phone, reason }, context) {
      const actor = administrator(context);
      const revokedCount = await revokeAccountSessions(deps, { phone, reason: reason.trim(), actor });
      return { revokedCount };
    },

    async exportAccount({ phone, reason }, context) {
      const input = { phone, reason: reason.trim(), actor: administrator(context) };
      return { accountExport: toExportMessage(await exportAccount(deps, input)) };
    },

    async clearLimits({ phone, reason }, context) {
      await clearLimits(deps, { phone, reason: reason.trim(), actor: administrator(context) });
      return {};
    },
  };
}

function administrator(context: HandlerContext): Actor {
  return { kind: "administrator", id: requirePrincipal(context).user.id };
}
